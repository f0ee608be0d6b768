"use client";

import { Eye, EyeOff } from "lucide-react";
import { useRef, useState } from "react";
import type { SubmitEvent } from "react";
import { signIn } from "@/components/trpc/session";
import type { SignInResult } from "@/components/trpc/session";
import { Button } from "@/components/ui/Button";
import { Callout } from "@/components/ui/Callout";
import { Field } from "@/components/ui/Field";
import { Input } from "@/components/ui/Input";
import { formatDuration } from "@/components/ui/format";

type Problem = Exclude<SignInResult, { outcome: "signed-in" }>;
type Errors = { email?: string; password?: string };

/** @param next page to load afterwards, checked by `nextPage` */
export function LoginForm({ next }: { next: string }) {
  const [isShown, setShown] = useState(false);
  const [isPending, setPending] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [errors, setErrors] = useState<Errors>({});
  const email = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = { email: email.current?.value.trim() ?? "", password: password.current?.value ?? "" };
    const found: Errors = {
      ...(typed.email === "" ? { email: "Type the e-mail address of your account." } : {}),
      ...(typed.password === "" ? { password: "Type your password." } : {}),
    };
    setErrors(found);
    if (found.email !== undefined || found.password !== undefined) {
      (found.email === undefined ? password : email).current?.focus();
      return;
    }
    setPending(true);
    setProblem(undefined);
    const result = await signIn(typed.email, typed.password);
    if (result.outcome === "signed-in") {
      // A full load on purpose: nothing of an earlier session may stay in memory.
      window.location.assign(next);
      return;
    }
    setPending(false);
    setProblem(result);
    if (result.outcome === "wrong-credentials") password.current?.select();
  };

  return (
    // Sent before the page is ready, the browser would put a GET form's password into the address.
    <form method="post" noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      {problem !== undefined && (
        <Callout tone="fail" announce title={titleOf(problem)}>
          {textOf(problem)}
        </Callout>
      )}
      <Field stacked label="E-mail" error={errors.email}>
        <Input ref={email} name="email" type="email" autoComplete="username" autoFocus className="md:h-9!" />
      </Field>
      <Field stacked label="Password" error={errors.password}>
        <Input
          ref={password}
          name="password"
          type={isShown ? "text" : "password"}
          autoComplete="current-password"
          className="md:h-9! pr-1!"
          suffix={
            <Button
              variant="ghost"
              size="sm"
              icon
              aria-label={isShown ? "Hide password" : "Show password"}
              onClick={() => setShown(!isShown)}
            >
              {isShown ? <EyeOff strokeWidth={1.75} /> : <Eye strokeWidth={1.75} />}
            </Button>
          }
        />
      </Field>
      <Button type="submit" variant="solid" pending={isPending} className="mt-1 md:h-9! w-full">
        {isPending ? "Logging in" : "Log in"}
      </Button>
    </form>
  );
}

function titleOf({ outcome }: Problem): string {
  switch (outcome) {
    case "wrong-credentials":
      return "E-mail or password is wrong.";
    case "too-many-attempts":
      return "Too many attempts.";
    case "unreachable":
      return "The server does not answer.";
    case "failed":
      return "The server could not check your password.";
  }
}

function textOf(problem: Problem): string {
  switch (problem.outcome) {
    case "wrong-credentials":
      return "Check both. Capitals matter in the password.";
    case "too-many-attempts":
      return `Try again in ${formatDuration(problem.retryAfterSeconds)}.`;
    case "unreachable":
      return "Check your connection, then try again. What you typed is kept.";
    case "failed":
      return "Nothing is wrong with what you typed. Try again in a minute, or tell an administrator.";
  }
}
