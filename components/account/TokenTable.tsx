"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import { SCOPE_WORDS } from "@/components/account/token-words";
import { columnsOf } from "@/components/table/columns";
import { DataTable } from "@/components/table/DataTable";
import { RowLines } from "@/components/table/RowList";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/Button";
import { ConfirmDialog } from "@/components/ui/ConfirmDialog";
import { EmptyState } from "@/components/ui/EmptyState";
import { ErrorState } from "@/components/ui/ErrorState";
import { RelativeTime } from "@/components/ui/RelativeTime";
import { toast } from "@/components/ui/Toaster";
import { useNow } from "@/components/ui/use-now";
import type { TokenView } from "@/server/contracts/token";

const scopesOf = (token: TokenView) => token.scopes.map((scope) => SCOPE_WORDS[scope].label).join(", ");

function Expiry({ token }: { token: TokenView }) {
  const now = useNow();
  if (now !== null && Date.parse(token.expires_at) <= now)
    return <span className="text-fail-ink">expired</span>;
  return <RelativeTime value={token.expires_at} />;
}

const col = columnsOf<TokenView>();

/** The user's tokens; a revoked one is gone. */
export function TokenTable() {
  const trpc = useTRPC();
  const tokens = useQuery(trpc.token.list.queryOptions());
  const [revoking, setRevoking] = useState<TokenView | null>(null);
  const columns = useMemo(
    () =>
      col.columns([
        col.accessor("name", { header: "Name", meta: { minWidth: 160 } }),
        col.accessor("prefix", {
          header: "Begins with",
          enableSorting: false,
          meta: { width: 170, mono: true, quiet: true },
          cell: (c) => `${c.getValue()}…`,
        }),
        col.accessor(scopesOf, { id: "scopes", header: "May", meta: { width: 200 } }),
        col.accessor("expires_at", {
          header: "Expires",
          meta: { width: 140, align: "right" },
          cell: (c) => <Expiry token={c.row.original} />,
        }),
        col.accessor("last_used_at", {
          header: "Last used",
          meta: { width: 140, align: "right", quiet: true },
          cell: (c) => <RelativeTime value={c.getValue()} />,
        }),
        col.display({
          id: "revoke",
          header: "Revoke",
          meta: { width: 56, hiddenHeader: true, align: "right" },
          cell: ({ row: { original } }) => (
            <Button
              variant="ghost"
              size="sm"
              icon
              aria-label={`Revoke ${original.name}`}
              onClick={() => setRevoking(original)}
            >
              <Trash2 strokeWidth={1.75} />
            </Button>
          ),
        }),
      ]),
    [],
  );
  if (tokens.isError && tokens.data === undefined)
    return (
      <div className="px-(--gutter)">
        <ErrorState
          title="Your tokens could not be loaded."
          action={<Button onClick={() => void tokens.refetch()}>Try again</Button>}
        >
          {tokens.error.message}
        </ErrorState>
      </div>
    );
  return (
    <>
      <DataTable
        label="API tokens"
        columns={columns}
        rows={tokens.data ?? []}
        rowId={(token) => String(token.id)}
        loading={tokens.isPending}
        footer={false}
        renderMobile={(token) => (
          <div className="flex w-full min-w-0 items-center gap-2">
            <div className="min-w-0 flex-1">
              <RowLines
                title={token.name}
                detail={scopesOf(token)}
                end={<Expiry token={token} />}
                endDetail="expires"
              />
            </div>
            <Button
              variant="ghost"
              icon
              aria-label={`Revoke ${token.name}`}
              onClick={() => setRevoking(token)}
            >
              <Trash2 strokeWidth={1.75} />
            </Button>
          </div>
        )}
        empty={
          <EmptyState bare title="No tokens yet">
            Make one for each script, so that each can be revoked alone.
          </EmptyState>
        }
      />
      <RevokeDialog token={revoking} close={() => setRevoking(null)} />
    </>
  );
}

function RevokeDialog({ token, close }: { token: TokenView | null; close: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const revoke = useMutation(trpc.token.revoke.mutationOptions());
  return (
    <ConfirmDialog
      open={token !== null}
      onOpenChange={close}
      title={`Revoke “${token?.name ?? ""}”?`}
      confirmLabel="Revoke token"
      onConfirm={async () => {
        if (token === null) return;
        await revoke.mutateAsync({ token_id: token.id });
        await queryClient.invalidateQueries(trpc.token.list.queryFilter());
        toast(`Token ${token.name} revoked.`);
      }}
    >
      <p>
        Scripts that use it are refused from now on. What they have started goes on. This cannot be undone.
      </p>
    </ConfirmDialog>
  );
}
