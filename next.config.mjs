/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  // They find their binaries and worker files on disk, which a bundle would hide.
  serverExternalPackages: ["ssh2", "postgres", "@node-rs/argon2", "pino", "pino-pretty"],
  // `forbidden()`, for pages of the admin area: the answer is a true 403.
  experimental: { authInterrupts: true },
  // The gate is `npm run check:types`, over the whole tree; a build does not repeat it.
  typescript: { ignoreBuildErrors: true },
};

export default config;
