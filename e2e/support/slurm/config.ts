/** Texts and places of the development cluster: two nodes, accounting and a sudo rule, all on this machine. */

/** First line of every file that we write outside our own folders: what lacks it is not ours, and stays. */
export const MARK = "# Development cluster of fractal-ts (npm run slurm:up); npm run slurm:down removes it.";

/** Everything of the cluster that is kept, and everything that is not. */
export const STATE_DIR = "/var/lib/fractal-slurm";
export const RUN_DIR = "/run/fractal-slurm";
export const SLURM_ETC = "/etc/slurm";
export const SUDOERS = "/etc/sudoers.d/fractal-slurm";
export const NODES = ["n1", "n2"] as const;
/** Runs our server, and may do as the others what the sudo rule names. */
export const SERVER_USER = "fractal-server";
/** Accounts of compute profiles: batches run as them. */
export const PROFILE_USERS = ["fractal-lab1", "fractal-lab2"] as const;
export const USERS = [SERVER_USER, ...PROFILE_USERS] as const;
export const MYSQL_PORT = 13_306;
export const MYSQL_SOCKET = `${RUN_DIR}/mysql/socket`;
export const MUNGE_SOCKET = `${RUN_DIR}/munge/socket`;

export const slurmdPid = (node: string): string => `${RUN_DIR}/slurmd-${node}.pid`;
/** In the order in which the services start; `down` ends them the other way round. */
export const PID_FILES = {
  munged: `${RUN_DIR}/munge/pid`,
  mariadbd: `${RUN_DIR}/mysql/pid`,
  slurmdbd: `${RUN_DIR}/slurmdbd.pid`,
  slurmctld: `${RUN_DIR}/slurmctld.pid`,
  ...Object.fromEntries(NODES.map((node) => [`slurmd ${node}`, slurmdPid(node)])),
};

/**
 * @param host `hostname -s`. @param hasCgroups Whether cgroups v1 can be made here: with them nothing survives a job,
 * and a unit over its memory is killed by the kernel; without, by the accounting of SLURM.
 */
export const slurmConf = (host: string, hasCgroups: boolean): string => `${MARK}
ClusterName=dev
SlurmctldHost=${host}(127.0.0.1)
SlurmUser=slurm
AuthType=auth/munge
AuthInfo=socket=${MUNGE_SOCKET}
SlurmctldPort=16817
SlurmctldPidFile=${RUN_DIR}/slurmctld.pid
SlurmdPidFile=${RUN_DIR}/slurmd-%n.pid
SlurmdSpoolDir=${STATE_DIR}/slurmd/%n
StateSaveLocation=${STATE_DIR}/slurmctld
SlurmctldLogFile=${STATE_DIR}/log/slurmctld.log
SlurmdLogFile=${STATE_DIR}/log/slurmd-%n.log
MpiDefault=none
SwitchType=switch/none
ProctrackType=proctrack/${hasCgroups ? "cgroup" : "linuxproc"}
TaskPlugin=task/${hasCgroups ? "cgroup" : "none"}
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
${hasCgroups ? "" : "JobAcctGatherParams=OverMemoryKill\n"}SchedulerType=sched/backfill
SchedulerParameters=bf_interval=5,sched_min_interval=0
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
PriorityType=priority/basic
SlurmdParameters=config_overrides
ReturnToService=2
SlurmdTimeout=30
SlurmctldTimeout=30
MessageTimeout=10
KillWait=5
MinJobAge=60
MaxArraySize=1001
MaxJobCount=10000
EnforcePartLimits=ALL
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=localhost
AccountingStoragePort=16819
AccountingStoragePass=${MUNGE_SOCKET}
AccountingStoreFlags=job_comment
AccountingStorageTRES=gres/gpu
GresTypes=gpu
NodeName=n1 NodeHostname=${host} NodeAddr=127.0.0.1 Port=17001 CPUs=16 Boards=1 SocketsPerBoard=1 CoresPerSocket=16 ThreadsPerCore=1 RealMemory=8000 State=UNKNOWN
NodeName=n2 NodeHostname=${host} NodeAddr=127.0.0.1 Port=17002 CPUs=16 Boards=1 SocketsPerBoard=1 CoresPerSocket=16 ThreadsPerCore=1 RealMemory=8000 Gres=gpu:2 State=UNKNOWN
PartitionName=main Nodes=n[1-2] Default=YES DefaultTime=30 MaxTime=INFINITE DefMemPerCPU=100 State=UP
PartitionName=gpu Nodes=n2 DefaultTime=30 MaxTime=INFINITE DefMemPerCPU=100 State=UP
`;

/** One existing device per GPU; that it is none does not matter to SLURM. */
export const GRES_CONF = `${MARK}
AutoDetect=off
NodeName=n2 Name=gpu File=/dev/null
NodeName=n2 Name=gpu File=/dev/zero
`;

export const CGROUP_CONF = `${MARK}
CgroupPlugin=cgroup/v1
CgroupMountpoint=/sys/fs/cgroup
ConstrainRAMSpace=yes
ConstrainSwapSpace=no
ConstrainCores=no
ConstrainDevices=no
MinRAMSpace=30
`;

/** @param password Of the database account. */
export const slurmdbdConf = (password: string): string => `${MARK}
AuthType=auth/munge
AuthInfo=socket=${MUNGE_SOCKET}
DbdHost=localhost
DbdPort=16819
SlurmUser=slurm
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort=${MYSQL_PORT}
StorageUser=slurm
StoragePass=${password}
StorageLoc=slurm_acct_db
LogFile=${STATE_DIR}/log/slurmdbd.log
PidFile=${RUN_DIR}/slurmdbd.pid
`;

/**
 * What the server may do as the account of a profile. Being allowed `sbatch` as somebody is being somebody; the list
 * is exact all the same, so that what is not asked for is not given, and it names no interpreter.
 */
export const SUDO_COMMANDS = [
  "sbatch",
  "scancel",
  "squeue",
  "sacct",
  "mkdir",
  "tee",
  "mv",
  "rm",
  "stat",
  "tail",
] as const;

export const sudoers = (): string => `${MARK}
User_Alias FRACTAL_SERVER = ${SERVER_USER}
Runas_Alias FRACTAL_PROFILES = ${PROFILE_USERS.join(", ")}
Cmnd_Alias FRACTAL_COMMANDS = ${SUDO_COMMANDS.map((name) => `/usr/bin/${name}`).join(", ")}
Defaults:FRACTAL_SERVER !requiretty, !lecture, !pam_session, !use_pty, umask=0027, umask_override
Defaults!FRACTAL_COMMANDS !syslog, !logfile
FRACTAL_SERVER ALL=(FRACTAL_PROFILES) NOPASSWD: FRACTAL_COMMANDS
`;
