/**
 * Why a log-in with the institute's account led back to the log-in page.
 *
 * @param code of the address: ours begin with `oidc-`, the others are next-auth's
 */
export function instituteRefusal(code: string | undefined): { title: string; text: string } | null {
  switch (code) {
    case undefined:
    case "CredentialsSignin":
      return null;
    case "oidc-unknown":
      return {
        title: "You have no account here yet.",
        text: "Your institute knows you, this server does not. Ask an administrator of this server for an account with your institute’s e-mail address.",
      };
    case "oidc-unverified":
      return {
        title: "Your e-mail address is not verified.",
        text: "Your institute’s log-in does not vouch for your e-mail address, so it cannot open an account here. Verify it there, then try again.",
      };
    case "oidc-inactive":
      return {
        title: "Your account is switched off.",
        text: "Ask an administrator of this server.",
      };
    default:
      return {
        title: "The log-in at your institute did not work.",
        text: "It was cancelled, took too long, or the institute’s server did not answer. Try again, or use your password.",
      };
  }
}
