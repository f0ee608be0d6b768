import { THEME_SCRIPT } from "./theme";

/** In <head>. Browsers hide the nonce from scripts after load, hence the suppressed comparison. */
export function ThemeScript({ nonce }: { nonce?: string | undefined }) {
  return <script nonce={nonce} suppressHydrationWarning dangerouslySetInnerHTML={{ __html: THEME_SCRIPT }} />;
}
