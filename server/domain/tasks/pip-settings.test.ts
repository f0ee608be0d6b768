import { expect, test } from "vitest";
import { choosePipSettings, isPipSetting } from "@/server/domain/tasks/pip-settings";

const CWD = "/srv";

test("addresses, the way to them and limits are taken: of the command before all commands, the environment first", () => {
  const { env, unused } = choosePipSettings(
    {
      global: { "index-url": "https://a.example", proxy: "http://p:1", cert: "/a.pem", timeout: "5" },
      install: { "index-url": "https://b.example", "trusted-host": "b.example" },
      download: { "index-url": "https://c.example" },
      ":env:": {
        "default-timeout": "60",
        "extra-index-url": "\nhttps://d.example\nhttps://e.example",
        cert: "",
      },
    },
    CWD,
  );
  expect(env).toEqual({
    PIP_INDEX_URL: "https://b.example",
    PIP_EXTRA_INDEX_URL: "\nhttps://d.example\nhttps://e.example",
    PIP_PROXY: "http://p:1",
    PIP_CERT: "/a.pem",
    PIP_TRUSTED_HOST: "b.example",
    PIP_TIMEOUT: "60",
  });
  expect(unused).toEqual([]);
});

test("how to install is not taken, from wherever it comes", () => {
  const how = {
    ...{ user: "1", target: "/t", prefix: "/p", root: "/r", "no-deps": "1", "dry-run": "1", editable: "/e" },
    ...{ "require-virtualenv": "1", "no-binary": ":all:", "only-binary": "numpy", requirement: "/r.txt" },
    ...{ "ignore-requires-python": "1", pre: "1", python: "/usr/bin/python3", platform: "win32", quiet: "2" },
    ...{ "use-deprecated": "legacy-resolver" },
  };
  const { env, unused } = choosePipSettings({ global: how, install: how, ":env:": how }, CWD);
  expect(env).toEqual({});
  expect(unused).toEqual(Object.keys(how).sort());
  for (const [option, text] of Object.entries(how))
    expect(isPipSetting(`PIP_${option.toUpperCase().replaceAll("-", "_")}`, text), option).toBe(false);
});

test("paths are meant from the folder of the server, since pip runs elsewhere", () => {
  const global = {
    "find-links": "wheels ./more/ /srv/wheels ~/wheels https://a.example/wheels file:///b",
    ...{ constraint: "site.txt", cert: "our cert.pem", "client-cert": "/c.pem", "cache-dir": "../cache" },
    ...{ "index-url": "https://a.example", "trusted-host": "a.example" },
  };
  expect(choosePipSettings({ global }, "/srv/fractal").env).toEqual({
    PIP_FIND_LINKS:
      "/srv/fractal/wheels /srv/fractal/./more/ /srv/wheels ~/wheels https://a.example/wheels file:///b",
    ...{ PIP_CONSTRAINT: "/srv/fractal/site.txt", PIP_CERT: "/srv/fractal/our cert.pem" },
    ...{ PIP_CLIENT_CERT: "/c.pem", PIP_CACHE_DIR: "/srv/fractal/../cache" },
    ...{ PIP_INDEX_URL: "https://a.example", PIP_TRUSTED_HOST: "a.example" },
  });
});

test("of options with many meanings only what is about certificates", () => {
  const global = { "use-feature": "fast-deps truststore", "use-deprecated": "legacy-resolver legacy-certs" };
  expect(choosePipSettings({ global }, CWD)).toEqual({
    env: { PIP_USE_FEATURE: "truststore", PIP_USE_DEPRECATED: "legacy-certs" },
    unused: [],
  });
});

test.each([
  ["PIP_INDEX_URL", true],
  ["PIP_DEFAULT_TIMEOUT", true],
  ["PIP_CONFIG_FILE", true],
  ["PIP_TARGET", false],
  ["INDEX_URL", false],
])("%s of the server's environment counts: %s", (variable, expected) => {
  expect(isPipSetting(variable, "x")).toBe(expected);
});
