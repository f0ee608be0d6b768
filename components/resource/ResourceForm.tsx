"use client";

import { RESOURCE_TYPES, type ResourceType } from "@/server/contracts/enums";
import { PYTHON_VERSIONS } from "@/server/contracts/resource";
import { DEFAULT_POLL_SECONDS, PIXI_DEFAULTS } from "@/server/domain/resources/effective";
import { FormSection, SelectField, SwitchField, TextField, useEditor } from "../form/DocumentFields";
import { TableField } from "../form/DocumentTable";
import { getIn } from "../form/document";
import { isMap } from "../form/json";
import { Button } from "../ui/Button";
import { Callout } from "../ui/Callout";
import { Field } from "../ui/Field";
import { Select } from "../ui/Select";
import { Tag } from "../ui/Tag";
import { newResource } from "./new-document";
import { TYPE_WORDS } from "./resource-words";
import { SlurmSections } from "./SlurmSections";

/** The fields of a resource; which there are depends on its type. */
export function ResourceForm() {
  const editor = useEditor();
  const { draft, isNew } = editor;
  const type = RESOURCE_TYPES.find((one) => one === draft["type"]);
  const isSlurm = type === "slurm_sudo" || type === "slurm_ssh";
  return (
    <>
      <FormSection title="Resource">
        <Field
          label="Type"
          help={isNew ? "It cannot be changed later." : "It cannot be changed."}
          required={isNew}
          error={editor.problemAt(["type"])}
        >
          {isNew ? (
            <Select
              value={type ?? null}
              options={RESOURCE_TYPES.map((value) => ({ value, label: value, note: TYPE_WORDS[value] }))}
              mono
              onValueChange={(next: ResourceType) => editor.set([], newResource(next, draft))}
            />
          ) : (
            <span className="flex min-h-(--control-h) items-center gap-2">
              <Tag mono>{String(draft["type"])}</Tag>
              <span className="text-ink-3">{type && TYPE_WORDS[type]}</span>
            </span>
          )}
        </Field>
        <TextField path={["name"]} label="Name" help="Unique. Users see it in the sidebar." required />
        {type === "slurm_ssh" && (
          <TextField
            path={["host"]}
            label="Host"
            help="The log-in node that is reached over SSH."
            required
            mono
          />
        )}
        {isSlurm && (
          <TextField
            path={["jobs_poll_interval"]}
            label="Poll interval"
            help="Between two questions to the scheduler, one question for all jobs."
            kind="number"
            unit="seconds"
            fallback={String(DEFAULT_POLL_SECONDS)}
          />
        )}
        <SwitchField
          path={["prevent_new_submissions"]}
          label="New jobs"
          help="Running jobs finish their current task and stop before the next."
          on="are refused"
          off="are accepted"
        />
        {type === "local" && (
          <Callout>
            Whoever may run jobs here can read what this server can read: it is one trust domain.
          </Callout>
        )}
        {type === "slurm_ssh" && (
          <Callout tone="warn" title="Jobs cannot run over SSH yet.">
            You can describe one. Who submits a job on it is told so, and nothing waits.
          </Callout>
        )}
        {type === "slurm_sudo" && (
          <Callout tone="warn" title="Task packages cannot be collected for SLURM resources yet.">
            Jobs run on it. Tasks have to be there already; who collects a package for it is told so.
          </Callout>
        )}
      </FormSection>
      <FormSection title="Folders and worker">
        <TextField
          path={["jobs_local_dir"]}
          label="Jobs"
          help="On this server: folders of jobs with their logs."
          required
          mono
        />
        <TextField
          path={["tasks_local_dir"]}
          label="Tasks"
          help="On this server: environments of task packages."
          required
          mono
        />
        {isSlurm && (
          <TextField
            path={["jobs_slurm_python_worker"]}
            label="Worker Python"
            help="The interpreter on the compute nodes that runs the worker."
            required
            mono
          />
        )}
        {type === "local" && (
          <TextField
            path={["jobs_runner_config", "parallel_tasks_per_job"]}
            label="Units at once"
            help="Of one job. A task can ask for another number."
            kind="number"
            fallback="as CPUs and memory admit"
            unit="units"
          />
        )}
      </FormSection>
      {isSlurm && <SlurmSections />}
      <PythonSection />
      <PixiSection isSsh={type === "slurm_ssh"} />
    </>
  );
}

function PythonSection() {
  const { draft } = useEditor();
  const versions = getIn(draft, ["tasks_python_config", "versions"]);
  const obsolete = getIn(draft, ["tasks_pip_cache_dir"]);
  return (
    <FormSection title="Python" note="for task packages">
      <TableField
        path={["tasks_python_config", "versions"]}
        label="Versions"
        help="Path of the interpreter of each version."
        required
        keyLabel="Version"
        valueLabel="Interpreter"
        keys={PYTHON_VERSIONS}
        addLabel="Add version"
      />
      <SelectField
        path={["tasks_python_config", "default_version"]}
        label="Default version"
        required
        options={isMap(versions) ? Object.keys(versions) : []}
      />
      <TextField
        path={["tasks_python_config", "pip_cache_dir"]}
        label="Cache of pip"
        help="A folder. Without one pip caches nothing."
        mono
        fallback="no cache"
      />
      {obsolete !== undefined && (
        <TextField
          path={["tasks_pip_cache_dir"]}
          label="tasks_pip_cache_dir"
          help="Obsolete and not read: the cache of pip above replaces it."
          mono
        />
      )}
    </FormSection>
  );
}

const PIXI = ["tasks_pixi_config"];
const NUMBERS = [
  ["PIXI_CONCURRENT_SOLVES", "Solves at once"],
  ["PIXI_CONCURRENT_DOWNLOADS", "Downloads at once"],
  ["TOKIO_WORKER_THREADS", "Threads"],
] as const;

function PixiSection({ isSsh }: { isSsh: boolean }) {
  const { draft, set } = useEditor();
  const config = getIn(draft, PIXI);
  const isOn = isMap(config) && Object.keys(config).length > 0;
  const versions = getIn(config, ["versions"]);
  const slurm = getIn(config, ["SLURM_CONFIG"]) ?? null;
  const start = { default_version: "", versions: {}, ...(isSsh ? { SLURM_CONFIG: {} } : {}) };
  return (
    <FormSection
      title="pixi"
      note="for packages that are pixi projects"
      action={
        <Button size="sm" onClick={() => set(PIXI, isOn ? {} : start)}>
          {isOn ? "Remove" : "Add pixi"}
        </Button>
      }
    >
      {!isOn && <p className="text-ink-3">Not on this resource: only packages for pip can be collected.</p>}
      {isOn && (
        <>
          <TableField
            path={[...PIXI, "versions"]}
            label="Versions"
            help="Home folder of each version, called like it; all in one folder."
            required
            keyLabel="Version"
            valueLabel="Folder"
            addLabel="Add version"
          />
          <SelectField
            path={[...PIXI, "default_version"]}
            label="Default version"
            required
            options={isMap(versions) ? Object.keys(versions).filter((key) => key !== "") : []}
          />
          {NUMBERS.map(([key, label]) => (
            <TextField
              key={key}
              path={[...PIXI, key]}
              label={label}
              kind="number"
              fallback={String(PIXI_DEFAULTS[key])}
            />
          ))}
          <TextField
            path={[...PIXI, "DEFAULT_ENVIRONMENT"]}
            label="Environment"
            mono
            fallback={PIXI_DEFAULTS.DEFAULT_ENVIRONMENT}
          />
          <TextField
            path={[...PIXI, "DEFAULT_PLATFORM"]}
            label="Platform"
            mono
            fallback={PIXI_DEFAULTS.DEFAULT_PLATFORM}
          />
          <PixiSlurm isOn={slurm !== null} />
        </>
      )}
    </FormSection>
  );
}

function PixiSlurm({ isOn }: { isOn: boolean }) {
  const { set, problemAt } = useEditor();
  const at = [...PIXI, "SLURM_CONFIG"];
  return (
    <>
      <Field group label="As a SLURM job" help="Needed over SSH." error={problemAt(at)}>
        <Button size="sm" className="flex-none!" onClick={() => set(at, isOn ? undefined : {})}>
          {isOn ? "Remove" : "Add options"}
        </Button>
      </Field>
      {isOn && (
        <>
          <TextField path={[...at, "partition"]} label="Partition" required mono />
          <TextField path={[...at, "cpus"]} label="CPUs" required kind="number" unit="CPU" />
          <TextField path={[...at, "mem"]} label="Memory" help="This or memory per CPU: 8G" mono />
          <TextField path={[...at, "mem_per_cpu"]} label="Memory per CPU" mono />
          <TextField path={[...at, "time"]} label="Time limit" required mono />
        </>
      )}
    </>
  );
}
