"use client";

import { useEffect } from "react";

/**
 * Follows the system while that is the choice. The script in the head does the same before the first paint;
 * it does not run in pages that only the browser renders (404).
 */
export function ThemeWatcher() {
  // External system: the colour scheme of the operating system.
  useEffect(() => {
    const root = document.documentElement;
    const media = window.matchMedia("(prefers-color-scheme: dark)");
    const follow = () => {
      if (root.dataset["themeChoice"] === "system") root.dataset["theme"] = media.matches ? "dark" : "light";
    };
    follow();
    media.addEventListener("change", follow);
    return () => media.removeEventListener("change", follow);
  }, []);
  return null;
}
