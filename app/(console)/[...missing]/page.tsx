import { notFound } from "next/navigation";

/** Any other address: the 404 page inside the shell, where the way back is. */
export default function MissingPage() {
  notFound();
}
