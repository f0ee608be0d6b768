/** Who may import whom (docs/architecture.md). What is not listed is forbidden. */
const BASE = ["server/contracts", "server/domain", "server/platform"];
const MAY_IMPORT = {
  "server/contracts": [],
  "server/domain": ["server/contracts"],
  // Pure rules; what does I/O may follow them.
  "server/platform": ["server/contracts", "server/domain"],
  db: ["server/contracts"],
  "server/services": [...BASE, "db"],
  "server/auth": [...BASE, "server/services"],
  "server/http": [...BASE, "server/services", "server/auth"],
  "server/environments": [...BASE, "server/runner/executors", "server/runner/store"],
  "server/runner/transports": BASE,
  "server/runner/executors": [...BASE, "server/runner/transports"],
  "server/runner/store": [...BASE, "db"],
  "server/runner/engine": [...BASE, "server/runner/executors", "server/runner/store"],
  "server/runner/lifecycle": [
    ...BASE,
    "server/environments",
    "server/runner/engine",
    "server/runner/executors",
    "server/runner/store",
  ],
  components: ["server/contracts", "server/domain"],
  "server/api": [...BASE, "server/services", "server/auth", "components/trpc"],
  app: ["components", "server/contracts", "server/domain", "server/api", "server/auth"],
};

/** Files that put the parts together, and tests. */
const WIRING_OR_TEST = [
  "^server/(main|cli)\\.ts$",
  "^server/start/",
  "^server/api/context\\.ts$",
  "^server/runner/index\\.ts$",
  // Opens the pool and the LISTEN session, and hands both down.
  "^server/runner/lifecycle/runner\\.ts$",
  "^server/.*testing[^/]*\\.ts$",
  "^db/testing[^/]*\\.ts$",
  "\\.test\\.tsx?$",
];
const OURS = "^(app|components|server|db|e2e)/";
const SQL = "^node_modules/(drizzle-orm|postgres)/";

const layers = Object.entries(MAY_IMPORT).map(([layer, allowed]) => ({
  name: `layer:${layer}`,
  severity: "error",
  from: { path: `^${layer}/`, pathNot: WIRING_OR_TEST },
  to: {
    path: OURS,
    pathNot: [
      ...[layer, ...allowed].map((folder) => `^${folder}/`),
      ...(layer === "db" ? ["^server/platform/"] : []),
    ],
  },
}));

const config = {
  forbidden: [
    ...layers,
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "sql-stays-below-the-api",
      comment: "A where clause in a page, a router or an engine step is in the wrong place.",
      severity: "error",
      from: {
        path: "^(app|components|server/(api|auth|domain|contracts|platform|environments|runner/(engine|executors|transports|lifecycle)))/",
        pathNot: WIRING_OR_TEST,
      },
      to: { path: SQL },
    },
    {
      name: "contracts-and-domain-are-pure",
      severity: "error",
      from: { path: "^server/(contracts|domain)/", pathNot: WIRING_OR_TEST },
      to: { dependencyTypes: ["core", "npm", "npm-dev"], pathNot: "^node_modules/zod/" },
    },
    {
      name: "browser-never-reaches-node",
      comment: "Code for the browser must not reach the driver, also not through three files.",
      severity: "error",
      from: { path: "^components/", pathNot: WIRING_OR_TEST },
      to: {
        reachable: true,
        path: [
          "^node_modules/(postgres|drizzle-orm|ssh2|pino|execa)/",
          "^(node:)?(fs|child_process|net)(/|$)",
        ],
      },
    },
  ],
  options: {
    // Types vanish before anything runs; an import of types binds nothing.
    tsPreCompilationDeps: false,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)\\.(next|data)/" },
  },
};

export default config;
