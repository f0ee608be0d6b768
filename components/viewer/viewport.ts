/** Which part of an image is seen, how large, and which tiles of which level that needs. Pure. */
import type { Level } from "./open-image";
import type { TileAt } from "./plane";

/** `x`, `y`: the point of the image at the middle of the screen, in pixels of level 0. `zoom`: screen pixels per such pixel. */
export type Viewport = { x: number; y: number; zoom: number };
export type Size = { width: number; height: number };

const MAX_ZOOM = 32;
/** The whole image never becomes smaller than this share of the screen. */
const MIN_SHARE = 0.5;

/** Size in pixels of level 0, which a lower level may overhang by a rounding. */
export const imageSize = (levels: readonly Pick<Level, "width" | "height">[]): Size => ({
  width: levels[0]?.width ?? 1,
  height: levels[0]?.height ?? 1,
});

const fitZoom = (image: Size, screen: Size) =>
  Math.min(screen.width / image.width, screen.height / image.height);

/** The whole image in the middle. */
export function fit(image: Size, screen: Size): Viewport {
  return { x: image.width / 2, y: image.height / 2, zoom: fitZoom(image, screen) };
}

/** Inside the image and its zoom limits. */
export function clamp(view: Viewport, image: Size, screen: Size): Viewport {
  const zoom = Math.min(
    Math.max(view.zoom, MIN_SHARE * fitZoom(image, screen)),
    Math.max(MAX_ZOOM, fitZoom(image, screen)),
  );
  return {
    zoom,
    x: Math.min(Math.max(view.x, 0), image.width),
    y: Math.min(Math.max(view.y, 0), image.height),
  };
}

/** Screen position (from the top left corner) → pixels of level 0. */
export function toImage(view: Viewport, screen: Size, at: { x: number; y: number }) {
  return {
    x: view.x + (at.x - screen.width / 2) / view.zoom,
    y: view.y + (at.y - screen.height / 2) / view.zoom,
  };
}

/** The point of the image under `at` stays there. */
export function zoomAt(view: Viewport, screen: Size, at: { x: number; y: number }, by: number): Viewport {
  const point = toImage(view, screen, at);
  const zoom = view.zoom * by;
  return {
    zoom,
    x: point.x - (at.x - screen.width / 2) / zoom,
    y: point.y - (at.y - screen.height / 2) / zoom,
  };
}

/**
 * The coarsest level that still has a pixel for every pixel of the screen.
 *
 * @param zoom in device pixels per pixel of level 0
 * @returns Index; 0 when even the finest is coarser than the screen.
 */
export function chooseLevel(levels: readonly Pick<Level, "factor">[], zoom: number): number {
  const fitting = levels.findLastIndex(({ factor }) => Math.min(factor.x, factor.y) * zoom <= 1.01);
  return Math.max(0, fitting);
}

/** Tiles that can be seen, the ones nearest to the middle first. */
export function visibleTiles(
  level: Pick<Level, "width" | "height" | "tileWidth" | "tileHeight" | "factor">,
  view: Viewport,
  screen: Size,
): TileAt[] {
  const from = toImage(view, screen, { x: 0, y: 0 });
  const to = toImage(view, screen, { x: screen.width, y: screen.height });
  const tile = { x: level.tileWidth * level.factor.x, y: level.tileHeight * level.factor.y };
  const count = (length: number, size: number) => Math.ceil(length / size);
  const range = (low: number, high: number, step: number, length: number) => {
    const first = Math.max(0, Math.floor(low / step));
    const last = Math.min(length - 1, Math.ceil(high / step) - 1);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  };
  const rows = range(from.y, to.y, tile.y, count(level.height, level.tileHeight));
  const columns = range(from.x, to.x, tile.x, count(level.width, level.tileWidth));
  const distance = ({ row, column }: TileAt) =>
    Math.hypot((row + 0.5) * tile.y - view.y, (column + 0.5) * tile.x - view.x);
  return rows
    .flatMap((row) => columns.map((column) => ({ row, column })))
    .sort((a, b) => distance(a) - distance(b));
}

/** A part of a tile, in its own pixels. */
export type Piece = { x: number; y: number; width: number; height: number };

/** Painted in a few milliseconds. */
const PIECE_PIXELS = 1024;

/** Parts of a tile that can be seen; a chunk may be far larger than the screen. */
export function visiblePieces(
  level: Pick<Level, "width" | "height" | "tileWidth" | "tileHeight" | "factor">,
  tile: TileAt,
  view: Viewport,
  screen: Size,
): Piece[] {
  const from = toImage(view, screen, { x: 0, y: 0 });
  const to = toImage(view, screen, { x: screen.width, y: screen.height });
  const left = tile.column * level.tileWidth;
  const top = tile.row * level.tileHeight;
  const cut = (first: number, length: number, low: number, high: number) =>
    Array.from({ length: Math.ceil(length / PIECE_PIXELS) }, (_, index) => index * PIECE_PIXELS)
      .map((at) => ({ at, length: Math.min(PIECE_PIXELS, length - at) }))
      .filter((part) => first + part.at < high && first + part.at + part.length > low);
  const columns = cut(
    left,
    Math.min(level.tileWidth, level.width - left),
    from.x / level.factor.x,
    to.x / level.factor.x,
  );
  const rows = cut(
    top,
    Math.min(level.tileHeight, level.height - top),
    from.y / level.factor.y,
    to.y / level.factor.y,
  );
  return rows.flatMap((row) =>
    columns.map((column) => ({ x: column.at, y: row.at, width: column.length, height: row.length })),
  );
}

/**
 * A round length for a scale bar.
 *
 * @param perScreenPixel length of one screen pixel
 * @param maxPixels the bar is at most this long
 */
export function scaleBar(perScreenPixel: number, maxPixels: number): { length: number; pixels: number } {
  const most = perScreenPixel * maxPixels;
  const magnitude = 10 ** Math.floor(Math.log10(most));
  const length = [5, 2, 1].map((step) => step * magnitude).find((one) => one <= most) ?? magnitude;
  return { length, pixels: length / perScreenPixel };
}
