"use client";

import { useState } from "react";
import { findProblems, type Problem } from "@/server/contracts/problems";
import type { z } from "zod";
import {
  changesOf,
  getIn,
  parseText,
  placeKey,
  placesOf,
  rebase,
  setIn,
  toText,
  type Change,
  type DocumentPath,
  type ParsedText,
} from "./document";
import type { JsonMap } from "./json";

export type DocumentEditor = {
  /** What is stored, or what a new document began with. */
  base: JsonMap;
  /** The last state that was JSON: what the form shows and what would be saved. */
  draft: JsonMap;
  text: string;
  parsed: ParsedText;
  /** What the contract objects to in the draft, and what the server objected to. */
  problems: readonly Problem[];
  changes: readonly Change[];
  /** Null: nothing is wrong there, or nobody has been there yet. */
  problemAt: (path: DocumentPath) => string | undefined;
  isChanged: (path: DocumentPath) => boolean;
  set: (path: DocumentPath, value: unknown) => void;
  setText: (text: string) => void;
  discard: () => void;
  /** After a save, or when somebody else saved: own changes are carried over. */
  setBase: (document: JsonMap) => void;
  /** Refusals of the server, reason by dotted path. */
  refuse: (reasons: Readonly<Record<string, string>>) => void;
  /** Say what is missing also where nobody has been. */
  showAll: () => void;
  /** Nobody has been told what is missing yet. */
  isQuiet: boolean;
  isNew: boolean;
};

/** One document, edited as a form and as text; both are judged by the contract. */
export function useDocument(contract: z.ZodType, stored: JsonMap, isNew = false): DocumentEditor {
  const [base, setStored] = useState(stored);
  const [draft, setDraft] = useState(stored);
  const [text, setRaw] = useState(() => toText(stored));
  const [refused, setRefused] = useState<Readonly<Record<string, string>>>({});
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [isQuiet, setQuiet] = useState(isNew);

  const parsed = parseText(text);
  const found = findProblems(contract, draft);
  const problems = [...found, ...refusedIn(draft, refused, found)];
  const changes = changesOf(base, draft);
  const write = (next: JsonMap) => {
    setDraft(next);
    setRaw(toText(next));
  };
  return {
    base,
    draft,
    text,
    parsed,
    problems,
    changes,
    isQuiet,
    isNew,
    problemAt: (path) =>
      isQuiet && !touched.has(placeKey(path))
        ? undefined
        : problems.find((problem) => placeKey(problem.path) === placeKey(path))?.reason,
    isChanged: (path) => !isNew && changesOf(getIn(base, path), getIn(draft, path)).length > 0,
    set: (path, value) => {
      setTouched(new Set([...touched, placeKey(path)]));
      setRefused({});
      write(setIn(draft, path, value));
    },
    setText: (next) => {
      setRaw(next);
      setRefused({});
      setQuiet(false);
      const result = parseText(next);
      if (result.ok) setDraft(result.value);
    },
    discard: () => {
      setRefused({});
      write(base);
    },
    setBase: (document) => {
      setStored(document);
      write(rebase(changes, document));
    },
    refuse: (reasons) => {
      setQuiet(false);
      setRefused(reasons);
    },
    showAll: () => setQuiet(false),
  };
}

/** Dotted paths are given back their steps: a key may have dots itself ("3.12"). */
function refusedIn(
  draft: JsonMap,
  refused: Readonly<Record<string, string>>,
  found: readonly Problem[],
): Problem[] {
  const known = new Set(found.map(({ path }) => path.join(".")));
  const steps = [...placesOf(toText(draft)).places.keys()].map((key) => JSON.parse(key) as string[]);
  return Object.entries(refused)
    .filter(([path]) => !known.has(path))
    .map(([dotted, reason]) => ({
      path: steps.find((path) => path.join(".") === dotted) ?? dotted.split("."),
      reason,
    }));
}
