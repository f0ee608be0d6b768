"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTRPC, useTRPCClient } from "../trpc/client";

/** While the unit writes; a log that has ended is read once. */
const POLL_MS = 1_500;
/** A browser tab holds this much; the rest is on the disk that the details name. */
const MOST_BYTES = 16 * 1024 * 1024;

export type UnitLog = {
  chunks: readonly string[];
  next_offset: number;
  total_bytes: number;
  ended: boolean;
  missing: string | null;
  isCut: boolean;
};

const EMPTY: UnitLog = {
  chunks: [],
  next_offset: 0,
  total_bytes: 0,
  ended: false,
  missing: null,
  isCut: false,
};

/** A unit's log so far, grown piece by piece from where the last piece ended. */
export function useUnitLog(unitId: number) {
  const client = useTRPCClient();
  const queryClient = useQueryClient();
  const queryKey = [...useTRPC().unit.log.pathKey(), "grown", unitId];
  return useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      let log = queryClient.getQueryData<UnitLog>(queryKey) ?? EMPTY;
      for (;;) {
        const piece = await client.unit.log.query({ unit_id: unitId, offset: log.next_offset }, { signal });
        // An earlier attempt's log gave way to a shorter one: begin again.
        if (piece.total_bytes < log.next_offset) {
          log = EMPTY;
          continue;
        }
        const isCut = piece.next_offset >= MOST_BYTES && piece.next_offset < piece.total_bytes;
        log = {
          ...piece,
          chunks: piece.text === "" ? log.chunks : [...log.chunks, piece.text],
          isCut,
          ended: piece.ended || isCut,
        };
        if (piece.text === "" || isCut || log.next_offset >= log.total_bytes) return log;
      }
    },
    refetchInterval: (query) => (query.state.data?.ended === true ? false : POLL_MS),
    staleTime: (query) => (query.state.data?.ended === true ? Infinity : 0),
    structuralSharing: false,
  });
}
