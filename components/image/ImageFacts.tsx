"use client";

import Link from "next/link";
import { imagePath } from "@/components/image/path";
import { InspectorSection } from "@/components/shell/Inspector";
import { StateWord } from "@/components/state/StateWord";
import { CopyButton } from "@/components/ui/CopyButton";
import { KeyValues } from "@/components/ui/KeyValues";
import { Tag } from "@/components/ui/Tag";
import type { ImageRow } from "@/server/contracts/image";

type Props = {
  image: ImageRow;
  dataset: { zarr_dir: string };
  /** Address of this page with another image, for the way to the origin. */
  hrefOf: (path: string) => string;
};

/** What is known about an image: attributes, types, where it came from, where it lies. */
export function ImageFacts({ image, dataset, hrefOf }: Props) {
  const attributes = Object.entries(image.attributes);
  const types = Object.entries(image.types);
  return (
    <>
      <InspectorSection title="Attributes">
        {attributes.length === 0 ? (
          <p className="text-12 text-ink-3">none</p>
        ) : (
          <KeyValues facts={attributes.map(([label, value]) => ({ label, value: String(value) }))} />
        )}
      </InspectorSection>
      <InspectorSection title="Types">
        {types.length === 0 ? (
          <p className="text-12 text-ink-3">none, so every type counts as no</p>
        ) : (
          <ul className="flex flex-wrap gap-1.5">
            {types.map(([name, value]) => (
              <li key={name}>
                <Tag tone={value ? "plain" : "line"}>{value ? name : `not ${name}`}</Tag>
              </li>
            ))}
          </ul>
        )}
      </InspectorSection>
      <InspectorSection title="How it came about">
        <Origin image={image} dataset={dataset} hrefOf={hrefOf} />
        {image.state !== null && (
          <p className="mt-2 flex items-center gap-2 text-12 text-ink-3">
            Chosen task <StateWord state={image.state} />
          </p>
        )}
      </InspectorSection>
      <InspectorSection title="Path">
        <div className="flex items-start gap-1">
          <code className="min-w-0 flex-1 text-12 break-all text-ink-2">{image.zarr_url}</code>
          <CopyButton text={image.zarr_url} label="Copy path" className="-my-1" />
        </div>
      </InspectorSection>
    </>
  );
}

function Origin({ image, dataset, hrefOf }: Props) {
  if (image.origin === null)
    return <p className="text-12 text-ink-2">Raw data: written by a converter, or added by hand.</p>;
  const path = imagePath(image.origin, dataset.zarr_dir);
  if (path === image.origin)
    return (
      <p className="text-12 text-ink-2">
        Made from <code className="break-all">{image.origin}</code>, outside this dataset.
      </p>
    );
  return (
    <p className="text-12 text-ink-2">
      Made from{" "}
      <Link
        href={hrefOf(path)}
        scroll={false}
        className="rounded-tag font-mono break-all text-ink underline underline-offset-3"
      >
        {path}
      </Link>
    </p>
  );
}
