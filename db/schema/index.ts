export * from "./history";
export * from "./job";
export * from "./project";
export * from "./resource";
export * from "./runner";
export * from "./task";
export * from "./user";
export * from "./workflow";
