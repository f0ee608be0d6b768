/** Light, dark or as the system; stored in a cookie, so that the server renders the right one at once. */
export const THEME_CHOICES = ["system", "light", "dark"] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];

export const THEME_COOKIE = "fractal_theme";
/** "1" = the sidebar is 56 px wide. */
export const SIDEBAR_COOKIE = "fractal_sidebar";
const YEAR_SECONDS = 365 * 24 * 3600;

/** Unknown and missing values mean "system". */
export function parseThemeChoice(value: string | undefined): ThemeChoice {
  return THEME_CHOICES.find((choice) => choice === value) ?? "system";
}

/** For the server: what `data-theme` is before the script runs. "system" starts light. */
export function themeAttributes(choice: ThemeChoice) {
  return { "data-theme": choice === "dark" ? "dark" : "light", "data-theme-choice": choice } as const;
}

/** Browser only. */
export function applyTheme(choice: ThemeChoice): void {
  const root = document.documentElement;
  const isDark =
    choice === "dark" || (choice === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset["themeChoice"] = choice;
  root.dataset["theme"] = isDark ? "dark" : "light";
  remember(THEME_COOKIE, choice);
}

/** Browser only: a preference that holds no secret and that the server reads for the first paint. */
export function remember(cookie: string, value: string): void {
  document.cookie = `${cookie}=${value}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
}

/** Runs before the first paint; `ThemeWatcher` goes on from there. Static text, so that its nonce can allow it. */
export const THEME_SCRIPT =
  "(()=>{const r=document.documentElement;if(r.dataset.themeChoice==='system')" +
  "r.dataset.theme=matchMedia('(prefers-color-scheme: dark)').matches?'dark':'light'})()";
