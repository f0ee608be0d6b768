"use client";

import { signIn as authSignIn, signOut as authSignOut } from "next-auth/react";

/** @returns Null when signed in, else the sentence to show at the form. */
export async function signIn(email: string, password: string): Promise<string | null> {
  const result = await authSignIn("credentials", { email, password, redirect: false });
  if (result?.ok && !result.error) return null;
  return result?.error && result.error !== "CredentialsSignin"
    ? result.error
    : "E-mail or password is wrong.";
}

/** Forgets the session in this browser and loads the log-in page. */
export async function signOut(): Promise<void> {
  await authSignOut({ redirect: false });
  window.location.assign("/login?notice=signed-out");
}
