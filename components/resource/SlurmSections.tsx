"use client";

import { cx } from "class-variance-authority";
import { Calculator, ChevronRight } from "lucide-react";
import { useState, type ReactNode } from "react";
import { JobsRunnerConfigSlurm } from "@/server/contracts/resource";
import { parseMemoryMb } from "@/server/contracts/memory";
import { SLURM_DEFAULTS, effectiveBatching } from "@/server/domain/resources/effective";
import { packUnits } from "@/server/domain/slurm/batching";
import {
  DocumentCell,
  FormSection,
  LinesField,
  SwitchField,
  TextField,
  useEditor,
} from "../form/DocumentFields";
import { TableField } from "../form/DocumentTable";
import { getIn } from "../form/document";
import { Button } from "../ui/Button";
import { Callout } from "../ui/Callout";
import { Field } from "../ui/Field";
import { formatCount, formatMemory } from "../ui/format";

const RUNNER = ["jobs_runner_config"];
const GPU = [...RUNNER, "gpu_slurm_config"];
const BATCHING = [...RUNNER, "batching_config"];

/** What SLURM is asked for, how units are packed into its jobs, and what they find in their environment. */
export function SlurmSections() {
  const editor = useEditor();
  const gpu = getIn(editor.draft, GPU) ?? null;
  return (
    <>
      <FormSection title="Default for each unit" note="tasks may ask for something else">
        <SlurmSet at={[...RUNNER, "default_slurm_config"]} />
      </FormSection>
      <PackingSection />
      <FormSection
        title="GPU"
        note="over the default, for tasks that need one"
        action={
          gpu === null ? (
            <Button size="sm" onClick={() => editor.set(GPU, {})}>
              Add GPU options
            </Button>
          ) : (
            <Button
              size="sm"
              onClick={() => editor.set(GPU, getIn(editor.base, GPU) === null ? null : undefined)}
            >
              Remove
            </Button>
          )
        }
      >
        {gpu === null ? (
          <p className="text-ink-3">None: tasks that need a GPU get the default.</p>
        ) : (
          <SlurmSet at={GPU} isOverride />
        )}
      </FormSection>
      <FormSection title="Environment of tasks">
        <TableField
          path={[...RUNNER, "user_local_exports"]}
          label="Exports"
          help="Each variable is set to a folder or file below the cache folder of the user who runs the task."
          keyLabel="Variable"
          valueLabel="Path"
          addLabel="Add variable"
        />
      </FormSection>
    </>
  );
}

/** Options of `sbatch`; what is left empty in an override is taken from the default. */
function SlurmSet({ at, isOverride = false }: { at: readonly string[]; isOverride?: boolean }) {
  const fallback = isOverride ? "as the default" : undefined;
  return (
    <>
      <TextField path={[...at, "partition"]} label="Partition" help="--partition" mono fallback={fallback} />
      <Field group label="CPUs, memory" help="Of one unit. The memory of a SLURM job is derived.">
        <div className="flex gap-2">
          <DocumentCell
            path={[...at, "cpus_per_task"]}
            label="CPUs of one unit"
            kind="number"
            unit="CPU"
            fallback={fallback}
          />
          <DocumentCell
            path={[...at, "mem"]}
            label="Memory of one unit"
            kind="memory"
            unit="MB, or 4G"
            mono
            fallback={fallback}
          />
        </div>
      </Field>
      <TextField
        path={[...at, "time"]}
        label="Time limit"
        help="--time: minutes, 4:00:00 or 2-12:00:00"
        mono
        fallback={fallback ?? "limit of the partition"}
      />
      <TextField
        path={[...at, "gres"]}
        label="Generic resources"
        help="--gres, for instance gpu:v100:1"
        mono
        fallback={fallback}
      />
      <MoreOptions at={at}>
        <TextField
          path={[...at, "account"]}
          label="Account"
          help="--account, unless the user has one"
          mono
          fallback={fallback}
        />
        <TextField
          path={[...at, "constraint"]}
          label="Constraint"
          help="--constraint"
          mono
          fallback={fallback}
        />
        <TextField path={[...at, "gpus"]} label="GPUs" help="--gpus" mono fallback={fallback} />
        <TextField path={[...at, "nodes"]} label="Nodes" help="--nodes" kind="number" fallback={fallback} />
        <TextField
          path={[...at, "nodelist"]}
          label="Only these nodes"
          help="--nodelist"
          mono
          fallback={fallback}
        />
        <TextField
          path={[...at, "exclude"]}
          label="Not these nodes"
          help="--exclude"
          mono
          fallback={fallback}
        />
        <LinesField
          path={[...at, "extra_lines"]}
          label="Extra lines"
          help={
            isOverride ? "Of the script, instead of those of the default." : "Of the script, word by word."
          }
        />
        <TextField
          path={[...at, "shebang_line"]}
          label="First line"
          help="Of the script"
          mono
          fallback={fallback ?? SLURM_DEFAULTS.shebang_line}
        />
        <SwitchField
          path={[...at, "use_mem_per_cpu"]}
          label="Memory per CPU"
          help="Ask with --mem-per-cpu"
          on="--mem-per-cpu"
          off="--mem"
        />
      </MoreOptions>
    </>
  );
}

const MORE = [
  "account",
  "constraint",
  "gpus",
  "nodes",
  "nodelist",
  "exclude",
  "extra_lines",
  "shebang_line",
  "use_mem_per_cpu",
];

/** Rarely needed; open when one of them is given. Not drawn while closed. */
function MoreOptions({ at, children }: { at: readonly string[]; children: ReactNode }) {
  const { draft } = useEditor();
  const given = MORE.filter((key) => (getIn(draft, [...at, key]) ?? null) !== null).length;
  const [isOpen, setOpen] = useState(given > 0);
  return (
    <div>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        className="flex min-h-6 items-center gap-2 rounded-tag font-medium text-ink-2 max-md:min-h-10"
      >
        <ChevronRight
          size={14}
          strokeWidth={1.75}
          aria-hidden="true"
          className={cx("text-ink-3 transition-transform duration-90", isOpen && "rotate-90")}
        />
        More options
        <span className="font-normal text-ink-3">{given === 0 ? "none given" : `${given} given`}</span>
      </button>
      {isOpen && <div className="mt-3 flex flex-col gap-3">{children}</div>}
    </div>
  );
}

function PackingSection() {
  return (
    <FormSection title="Packing units into SLURM jobs">
      <Limits label="Aim for" at="target" help="A job stays below this while the number of jobs allows." />
      <Limits label="Never more than" at="max" />
      <Effect />
    </FormSection>
  );
}

function Limits({ label, at, help }: { label: string; at: "target" | "max"; help?: string }) {
  const { isChanged } = useEditor();
  const path = (what: string) => [...BATCHING, `${at}_${what}`];
  const changed = ["cpus_per_job", "mem_per_job", "num_jobs"].some((what) => isChanged(path(what)));
  return (
    <Field group label={label} help={help} changed={changed}>
      <div className="flex flex-wrap gap-2">
        <DocumentCell
          path={path("cpus_per_job")}
          label={`${label}, CPUs per job`}
          kind="number"
          unit="CPU/job"
          required
        />
        <DocumentCell
          path={path("mem_per_job")}
          label={`${label}, memory per job`}
          kind="memory"
          unit="MB/job"
          required
        />
        <DocumentCell
          path={path("num_jobs")}
          label={`${label}, SLURM jobs`}
          kind="number"
          unit="jobs"
          required
        />
      </div>
    </Field>
  );
}

const EXAMPLE_UNITS = 1_536;

/** What the limits mean for one task on four plates; and what they meant before. */
function Effect() {
  const { base, draft } = useEditor();
  const now = packing(draft);
  if (now === null) return null;
  const { cpus, mb, packed } = now;
  const unit = `${formatCount(EXAMPLE_UNITS)} units of ${cpus} CPU and ${formatMemory(mb)}`;
  if (!packed.ok)
    return (
      <Callout tone="warn" title="Tasks that ask for nothing else cannot run.">
        {packed.why}
      </Callout>
    );
  const { jobs, unitsPerJob, atOnce } = packed.packing;
  const before = packing(base)?.packed;
  const was = before?.ok ? before.packing : null;
  return (
    <Callout tone="info" icon={<Calculator strokeWidth={1.75} />}>
      {unit} become <strong className="font-semibold">{formatCount(jobs)} SLURM jobs</strong> of{" "}
      {formatCount(unitsPerJob)} units, {formatCount(atOnce)} at a time.
      {was !== null &&
        (was.jobs !== jobs || was.atOnce !== atOnce) &&
        ` Before: ${formatCount(was.jobs)} jobs, ${formatCount(was.atOnce)} at a time.`}
    </Callout>
  );
}

/** Null while the limits are not complete. */
function packing(document: unknown) {
  const config = JobsRunnerConfigSlurm.shape.batching_config.safeParse(getIn(document, BATCHING));
  const cpus = getIn(document, [...RUNNER, "default_slurm_config", "cpus_per_task"]);
  const mb = parseMemoryMb(getIn(document, [...RUNNER, "default_slurm_config", "mem"]));
  if (!config.success || typeof cpus !== "number" || !(cpus > 0) || mb === null) return null;
  return { cpus, mb, packed: packUnits(EXAMPLE_UNITS, cpus, mb, effectiveBatching(config.data)) };
}
