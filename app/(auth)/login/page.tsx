import { Clock } from "lucide-react";
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { InstituteButton } from "@/components/auth/InstituteButton";
import { instituteRefusal } from "@/components/auth/institute-refusal";
import { LoginForm } from "@/components/auth/LoginForm";
import { LoginPlate } from "@/components/auth/LoginPlate";
import { nextPage } from "@/components/auth/next-page";
import { Logo } from "@/components/shell/Logo";
import { Callout } from "@/components/ui/Callout";
import { health, instituteName, isSignedIn } from "@/server/api/context";
import { headers } from "next/headers";
import { LiveMark } from "@/components/shell/TopBar";

export const metadata: Metadata = { title: "Log in" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function LoginPage({ searchParams }: Props) {
  const params = await searchParams;
  const next = nextPage(one(params["next"]));
  const [isIn, { database }] = await Promise.all([isSignedIn(await headers()), health()]);
  if (isIn) redirect(next);
  const notice = noticeOf(one(params["notice"]), next);
  const refusal = instituteRefusal(one(params["error"]));
  const institute = instituteName();

  return (
    <div className="grid min-h-dvh lg:grid-cols-[2fr_minmax(400px,1fr)]">
      <aside
        aria-label="Picture of a plate"
        className="grid grid-rows-[1fr_auto] bg-stage px-11 pt-11 pb-8 max-lg:hidden"
      >
        <div className="grid min-h-0 place-items-center">
          <LoginPlate className="max-h-[74dvh] w-full max-w-[880px]" />
        </div>
        <p className="flex justify-between gap-6 text-12 text-stage-ink-2">
          <span>Drawn plate, dose response, strongest on the right</span>
          <span>Nuclei, actin, vesicles</span>
        </p>
      </aside>
      <div className="flex flex-col bg-surface px-16 py-9 max-lg:items-center max-md:px-6">
        <header className="flex items-center gap-2.5 text-[17px] font-[650] tracking-[-0.015em] max-lg:w-full max-lg:max-w-[352px]">
          <Logo size={22} />
          Fractal
        </header>
        <main className="my-auto w-full max-w-[352px] py-10 lg:max-w-none">
          <h1 className="text-[24px] leading-8 font-semibold tracking-[-0.02em]">Log in</h1>
          <p className="mt-1 mb-5 text-ink-2">Image analysis on your institute’s computers.</p>
          {notice !== null && (
            <Callout icon={<Clock strokeWidth={1.75} />} className="mb-5">
              {notice}
            </Callout>
          )}
          {refusal !== null && (
            <Callout tone="fail" title={refusal.title} className="mb-5">
              {refusal.text}
            </Callout>
          )}
          {institute !== null && <InstituteButton name={institute} next={next} />}
          <LoginForm next={next} />
          <p className="mt-4 text-12 text-ink-3">
            No account, or locked out? Ask an administrator of this server.
          </p>
        </main>
        <footer className="max-lg:w-full max-lg:max-w-[352px]">
          <LiveMark ok={database === "ok"}>
            {database === "ok"
              ? "The server answers"
              : "The database does not answer; logging in will not work"}
          </LiveMark>
        </footer>
      </div>
    </div>
  );
}

function noticeOf(notice: string | undefined, next: string): string | null {
  if (notice === "signed-out") return "You are signed out.";
  const back = next === "/" ? "" : " After logging in you return to the page where you were.";
  if (notice === "session-ended")
    return `You were logged out: a session lasts 8 hours.${back} Running jobs go on.`;
  return next === "/" ? null : "Log in to see this page.";
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
