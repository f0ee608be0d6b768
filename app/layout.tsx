import "@fontsource-variable/geist-mono/wght.css";
import "@fontsource-variable/hanken-grotesk/wght.css";
import "./globals.css";

import type { Metadata, Viewport } from "next";
import { cookies, headers } from "next/headers";
import type { ReactNode } from "react";

import { parseThemeChoice, THEME_COOKIE, themeAttributes } from "@/components/shell/theme";
import { ThemeScript } from "@/components/shell/ThemeScript";
import { ThemeWatcher } from "@/components/shell/ThemeWatcher";
import { Toaster } from "@/components/ui/Toaster";

export const metadata: Metadata = { title: { default: "Fractal", template: "%s · Fractal" } };

export const viewport: Viewport = { width: "device-width", initialScale: 1, viewportFit: "cover" };

export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = parseThemeChoice((await cookies()).get(THEME_COOKIE)?.value);
  const nonce = (await headers()).get("x-nonce") ?? undefined;
  return (
    // The theme script may change data-theme before React compares.
    <html lang="en" {...themeAttributes(theme)} suppressHydrationWarning>
      <head>
        <ThemeScript nonce={nonce} />
      </head>
      <body>
        <ThemeWatcher />
        {children}
        <Toaster />
      </body>
    </html>
  );
}
