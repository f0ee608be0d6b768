"use client";

import { Copy, ListX } from "lucide-react";
import { useMemo, useState } from "react";
import { imagePath } from "@/components/image/path";
import { plateOf } from "@/components/image/plate-of";
import { RemoveImagesDialog } from "@/components/image/RemoveImagesDialog";
import { StateWord } from "@/components/state/StateWord";
import { columnsOf } from "@/components/table/columns";
import { DataTable } from "@/components/table/DataTable";
import { RowLines } from "@/components/table/RowList";
import { Button } from "@/components/ui/Button";
import { cutMiddle } from "@/components/ui/cut-middle";
import { formatCount } from "@/components/ui/format";
import { Kbd } from "@/components/ui/Kbd";
import { Tag } from "@/components/ui/Tag";
import { toast } from "@/components/ui/Toaster";
import { Thumbnail } from "@/components/viewer/Thumbnail";
import type { ImageWindow } from "@/components/dataset/use-image-pages";
import type { AttributeValue, ImageRow } from "@/server/contracts/image";
import type { ReactNode } from "react";

const col = columnsOf<ImageRow>();
const ROW_PX = 48;
const THUMBNAIL_PX = 40;
const PHONE_ROW_PX = 80;
const PHONE_THUMBNAIL_PX = 64;

type Props = {
  dataset: { id: number; zarr_dir: string };
  window: ImageWindow;
  /** Attributes that are columns, in order. */
  attributes: readonly string[];
  /** Pixels by attribute. */
  widths: ReadonlyMap<string, number>;
  /** Attributes that are numbers, the one that tells most first. */
  numeric: readonly string[];
  /** A column with the state of the chosen task. */
  withState: boolean;
  /** Path of the image whose panel is open. */
  selectedPath: string | null;
  hrefOf: (path: string) => string;
  /** Space on a row: the picture, large. */
  onLook: (image: ImageRow) => void;
  disabledReason: string | undefined;
  empty: ReactNode;
};

/** The image list: virtual, selectable, each row opens its image. */
export function ImageTable(props: Props) {
  const {
    dataset,
    window: images,
    attributes,
    widths,
    numeric,
    withState,
    selectedPath,
    hrefOf,
    empty,
  } = props;
  const { zarr_dir } = dataset;
  // The table compares columns by identity; these depend on the data.
  const columns = useMemo(
    () => columnsFor({ id: dataset.id, zarr_dir }, attributes, widths, numeric, withState),
    [dataset.id, zarr_dir, attributes, widths, numeric, withState],
  );
  const [chosen, setChosen] = useState<ReadonlyMap<string, string>>(new Map());
  const [isRemoving, setRemoving] = useState(false);
  const choose = (ids: ReadonlySet<string>) => {
    const urls = new Map(images.rows.map((image) => [String(image.id), image.zarr_url]));
    // Rows that are not loaded any more keep the path that they were chosen with.
    setChosen(new Map([...ids].map((id) => [id, urls.get(id) ?? chosen.get(id) ?? ""])));
  };
  const selected = images.rows.find((image) => imagePath(image.zarr_url, zarr_dir) === selectedPath);
  const copyPaths = async () => {
    await navigator.clipboard.writeText([...chosen.values()].join("\n"));
    toast(`${formatCount(chosen.size)} paths copied.`);
  };
  const single = chosen.size === 1 ? [...chosen.values()][0] : undefined;
  return (
    <>
      <DataTable
        label="Images"
        columns={columns}
        rows={images.rows}
        rowId={(image) => String(image.id)}
        offset={images.offset}
        totalCount={images.matching}
        onWindowChange={images.onWindowChange}
        rowHref={(image) => hrefOf(imagePath(image.zarr_url, zarr_dir))}
        selectedId={selected ? String(selected.id) : null}
        selection={{ ids: new Set(chosen.keys()), onChange: choose }}
        bulkActions={
          <>
            <Button size="sm" onClick={() => void copyPaths()}>
              <Copy strokeWidth={1.75} />
              Copy paths
            </Button>
            <Button
              size="sm"
              variant="danger-outline"
              disabledReason={props.disabledReason}
              onClick={() => setRemoving(true)}
            >
              <ListX strokeWidth={1.75} />
              Remove from list
            </Button>
          </>
        }
        onRowKey={(key, image) => {
          if (key !== " ") return false;
          props.onLook(image);
          return true;
        }}
        footerKeys={
          <>
            <Kbd>↑</Kbd>
            <Kbd>↓</Kbd> move <Kbd>Enter</Kbd> open <Kbd>Space</Kbd> look
          </>
        }
        rowPx={ROW_PX}
        mobileRowPx={PHONE_ROW_PX}
        renderMobile={(image) => <ImageLines image={image} dataset={dataset} number={numeric[0]} />}
        empty={empty}
      />
      <RemoveImagesDialog
        open={isRemoving}
        onOpenChange={setRemoving}
        datasetId={dataset.id}
        imageIds={[...chosen.keys()].map(Number)}
        {...(single === undefined ? {} : { path: imagePath(single, zarr_dir) })}
        onRemoved={() => setChosen(new Map())}
      />
    </>
  );
}

function columnsFor(
  dataset: Props["dataset"],
  attributes: readonly string[],
  widths: ReadonlyMap<string, number>,
  numeric: readonly string[],
  withState: boolean,
) {
  return col.columns([
    col.accessor("zarr_url", {
      header: "Image",
      enableSorting: false,
      meta: { minWidth: 268, mono: true },
      cell: ({ row }) => {
        const path = imagePath(row.original.zarr_url, dataset.zarr_dir);
        return (
          <span className="inline-flex items-center gap-2.5 align-middle">
            <Picture image={row.original} dataset={dataset} size={THUMBNAIL_PX} />
            <span title={path}>{cutMiddle(path, 28)}</span>
          </span>
        );
      },
    }),
    ...attributes.map((name) =>
      col.display({
        id: `attribute:${name}`,
        header: name,
        meta: {
          width: widths.get(name) ?? 96,
          quiet: true,
          ...(numeric.includes(name) ? { align: "right" as const } : {}),
        },
        cell: ({ row }) => <Value value={row.original.attributes[name]} />,
      }),
    ),
    ...(withState
      ? [
          col.accessor("state", {
            header: "State",
            enableSorting: false,
            meta: { width: 112 },
            cell: (c) => {
              const state = c.getValue();
              return state === null ? (
                <span className="text-ink-3">not run</span>
              ) : (
                <StateWord state={state} />
              );
            },
          }),
        ]
      : []),
    col.accessor("types", {
      header: "Types",
      enableSorting: false,
      meta: { width: 150 },
      cell: (c) => <Types types={c.getValue()} />,
    }),
  ]);
}

function Picture({ image, dataset, size }: { image: ImageRow; dataset: Props["dataset"]; size: number }) {
  const plate = plateOf(image, dataset.zarr_dir);
  return <Thumbnail dataset={dataset} zarrUrl={image.zarr_url} plate={plate} size={size} />;
}

function Value({ value }: { value: AttributeValue | undefined }) {
  if (value === undefined) return <span className="text-ink-3">none</span>;
  return <span title={String(value)}>{String(value)}</span>;
}

/** Types that hold; a missing one counts as no. */
function Types({ types }: { types: ImageRow["types"] }) {
  const names = Object.keys(types).filter((name) => types[name] === true);
  if (names.length === 0) return <span className="text-ink-3">none</span>;
  return (
    <span className="inline-flex gap-1 align-middle">
      {names.map((name) => (
        <Tag key={name}>{name}</Tag>
      ))}
    </span>
  );
}

type LinesProps = {
  image: ImageRow;
  dataset: Props["dataset"];
  /** The attribute at the right; undefined: none of them is a number. */
  number: string | undefined;
};

function ImageLines({ image, dataset, number }: LinesProps) {
  const types = Object.keys(image.types).filter((name) => image.types[name] === true);
  return (
    <RowLines
      media={<Picture image={image} dataset={dataset} size={PHONE_THUMBNAIL_PX} />}
      title={
        <span className="font-mono text-12">
          {cutMiddle(imagePath(image.zarr_url, dataset.zarr_dir), 26)}
        </span>
      }
      detail={
        <>
          {image.state !== null && <StateWord state={image.state} />}
          <span className="truncate">{types.length > 0 ? types.join(", ") : "no types"}</span>
        </>
      }
      {...(number === undefined || image.attributes[number] === undefined
        ? {}
        : { end: String(image.attributes[number]), endDetail: number })}
    />
  );
}
