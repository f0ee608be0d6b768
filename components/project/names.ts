/** The rule of `SafeName` in words, under every field for a name. */
export const NAME_HELP = "Letters, digits, spaces and . _ -";
