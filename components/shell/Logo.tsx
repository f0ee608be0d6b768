/** A plate whose fourth well is again a plate. */
export function Logo({ size = 20, className }: { size?: number; className?: string }) {
  return (
    <svg
      viewBox="0 0 20 20"
      width={size}
      height={size}
      aria-hidden="true"
      className={className}
      fill="currentColor"
    >
      <circle cx="4.9" cy="4.9" r="4.1" />
      <circle cx="15.1" cy="4.9" r="4.1" />
      <circle cx="4.9" cy="15.1" r="4.1" />
      <circle cx="12.95" cy="12.95" r="1.75" />
      <circle cx="17.25" cy="12.95" r="1.75" />
      <circle cx="12.95" cy="17.25" r="1.75" />
      <circle cx="16.35" cy="16.35" r=".75" />
      <circle cx="18.15" cy="16.35" r=".75" />
      <circle cx="16.35" cy="18.15" r=".75" />
      <circle cx="18.15" cy="18.15" r=".75" />
    </svg>
  );
}
