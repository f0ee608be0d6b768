"use client";

import "./globals.css";

/** Replaces the root layout, so it brings its own document and depends on nothing. */
export default function GlobalError({ reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <html lang="en" data-theme="light">
      <body>
        <title>Error · Fractal</title>
        <main className="grid min-h-dvh place-items-center bg-bg p-6">
          <div className="max-w-[440px] rounded-panel border border-line bg-surface p-6">
            <h1 className="text-20 font-semibold">Fractal could not be shown</h1>
            <p className="mt-2 mb-4 text-ink-2">Nothing was changed, and running jobs go on.</p>
            <button
              type="button"
              onClick={reset}
              className="h-(--control-h) rounded-control bg-solid px-3 font-medium text-on-solid"
            >
              Try again
            </button>
          </div>
        </main>
      </body>
    </html>
  );
}
