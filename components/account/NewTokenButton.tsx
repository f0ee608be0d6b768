"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { Controller, useForm } from "react-hook-form";
import { FormDialog } from "@/components/form/FormDialog";
import { placeServerErrors } from "@/components/form/server-errors";
import { EXPIRY_OPTIONS, SCOPE_WORDS } from "@/components/account/token-words";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/Button";
import { Callout } from "@/components/ui/Callout";
import { Checkbox } from "@/components/ui/Checkbox";
import { CopyButton } from "@/components/ui/CopyButton";
import { Dialog } from "@/components/ui/Dialog";
import { Field } from "@/components/ui/Field";
import { Input } from "@/components/ui/Input";
import { Select } from "@/components/ui/Select";
import { CreateTokenInput, TOKEN_SCOPES } from "@/server/contracts/token";
import type { CreatedToken } from "@/server/contracts/token";
import type { CurrentUser } from "@/server/contracts/user";

const EMPTY: CreateTokenInput = { name: "", scopes: ["read"], expires_in_days: 90 };

/** Makes a token and shows it, this once. */
export function NewTokenButton({ user }: { user: CurrentUser }) {
  const [step, setStep] = useState<"closed" | "form" | CreatedToken>("closed");
  const [problem, setProblem] = useState<string>();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const form = useForm({ resolver: zodResolver(CreateTokenInput), defaultValues: EMPTY });
  const create = useMutation(trpc.token.create.mutationOptions());
  const scopes = TOKEN_SCOPES.filter((scope) => scope !== "admin" || user.is_superuser);

  const open = () => {
    form.reset(EMPTY);
    setProblem(undefined);
    setStep("form");
  };
  const submit = form.handleSubmit(async (values) => {
    setProblem(undefined);
    try {
      setStep(await create.mutateAsync(values));
      void queryClient.invalidateQueries(trpc.token.list.queryFilter());
    } catch (err) {
      setProblem(placeServerErrors(err, form, ["name", "scopes", "expires_in_days"]));
    }
  });
  const { errors } = form.formState;
  return (
    <>
      <Button variant="solid" size="sm" onClick={open}>
        <Plus strokeWidth={1.75} />
        New token
      </Button>
      <FormDialog
        open={step === "form"}
        onOpenChange={(next) => !next && setStep("closed")}
        title="New API token"
        submitLabel="Create token"
        isPending={create.isPending}
        problem={problem}
        onSubmit={() => void submit()}
      >
        <Field label="Name" required help="What it is for: nightly import." error={errors.name?.message}>
          <Input {...form.register("name")} autoComplete="off" />
        </Field>
        <Field label="It may" group error={errors.scopes?.message}>
          <ul className="flex flex-col gap-1.5">
            {scopes.map((scope) => (
              <li key={scope}>
                <Checkbox
                  {...form.register("scopes")}
                  value={scope}
                  label={
                    <>
                      {SCOPE_WORDS[scope].label}
                      <span className="block text-12 text-ink-3">{SCOPE_WORDS[scope].help}</span>
                    </>
                  }
                />
              </li>
            ))}
          </ul>
        </Field>
        <Field label="Expires" error={errors.expires_in_days?.message}>
          <Controller
            control={form.control}
            name="expires_in_days"
            render={({ field }) => (
              <Select
                options={EXPIRY_OPTIONS}
                value={String(field.value)}
                onValueChange={(days) => field.onChange(Number(days))}
              />
            )}
          />
        </Field>
      </FormDialog>
      <ShowToken created={typeof step === "object" ? step : null} close={() => setStep("closed")} />
    </>
  );
}

function ShowToken({ created, close }: { created: CreatedToken | null; close: () => void }) {
  return (
    <Dialog
      open={created !== null}
      onOpenChange={close}
      title="Copy the token now"
      subtitle={created?.name}
      actions={
        <Button variant="solid" onClick={close}>
          Done
        </Button>
      }
    >
      <div className="flex flex-col gap-3">
        <Field stacked label="Token">
          <Input
            mono
            readOnly
            value={created?.token ?? ""}
            onFocus={(event) => event.target.select()}
            suffix={<CopyButton text={created?.token ?? ""} label="Copy token" />}
            className="pr-1!"
          />
        </Field>
        <Callout tone="warn">
          It is shown this once: only a fingerprint of it is stored. Keep it like a password, for instance in
          the variable <code className="font-mono">FRACTAL_TOKEN</code> of your script.
        </Callout>
      </div>
    </Dialog>
  );
}
