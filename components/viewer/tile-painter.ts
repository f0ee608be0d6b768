/** Draws what can be seen of one image on a canvas and reads only the chunks that this needs. */
import { composite, drawLabels } from "./composite";
import type { LabelMode } from "./composite";
import { sentenceFor } from "./data-store";
import type { Range, Rgb } from "./ngff";
import type { Level, OpenImage } from "./open-image";
import { partOf, valueAt } from "./plane";
import type { ChunkCache, Place, Plane, TileAt } from "./plane";
import { chooseLevel, visiblePieces, visibleTiles } from "./viewport";
import type { Piece, Size, Viewport } from "./viewport";

export type ShownChannel = { index: number; color: Rgb; range: Range };
export type Scene = {
  image: OpenImage;
  /** Null: no objects are shown. */
  labels: OpenImage | null;
  labelMode: LabelMode;
  channels: readonly ShownChannel[];
  t: number;
  z: number;
};
export type PainterState = {
  /** Chunks that are on their way. */
  pending: number;
  /** Why a part is missing; null: nothing is. */
  error: string | null;
  /** Index of the level that is drawn. */
  level: number;
};

const MAX_LOADS = 6;
/** A lower level as a preview is worth its requests only when it is few. */
const MAX_PREVIEW_TILES = 12;

/** Of one frame, for painting; what is left follows in the next, so that the page never stands still. */
const FRAME_MS = 12;

type Tile = { canvas: HTMLCanvasElement; stamp: string };
type Want = { key: string; level: Level; place: Place; tile: TileAt };

/** One per canvas. `show` and `look` say what and where; drawing and reading follow by themselves. */
export class TilePainter {
  readonly #canvas: HTMLCanvasElement;
  readonly #chunks: ChunkCache;
  readonly #onState: (state: PainterState) => void;
  #scene: Scene | null = null;
  #view: Viewport | null = null;
  #screen: Size = { width: 1, height: 1 };
  /** Something is read but not painted yet. */
  #isLate = false;
  #hasPainted = false;
  /** Pieces of tiles, of this image only, so that nothing of the old one is seen under the next. */
  #tiles = new Map<string, Tile>();
  #wanted: Want[] = [];
  readonly #loading = new Set<string>();
  readonly #failed = new Map<string, string>();
  #frame = 0;
  #isDisposed = false;

  constructor(canvas: HTMLCanvasElement, chunks: ChunkCache, onState: (state: PainterState) => void) {
    this.#canvas = canvas;
    this.#chunks = chunks;
    this.#onState = onState;
  }

  show(scene: Scene): void {
    if (scene.image !== this.#scene?.image) {
      this.#tiles.clear();
      this.#failed.clear();
    }
    this.#scene = scene;
    this.#schedule();
  }

  look(view: Viewport, screen: Size): void {
    this.#view = view;
    this.#screen = screen;
    this.#schedule();
  }

  /** Asks again for what could not be read; by itself it never does, so that a server in trouble is left alone. */
  retry(): void {
    this.#failed.clear();
    this.#schedule();
  }

  dispose(): void {
    this.#isDisposed = true;
    cancelAnimationFrame(this.#frame);
    this.#tiles.clear();
  }

  /** What is stored at a point of level 0, from the level that is drawn; null: outside, or not read yet. */
  valuesAt(x: number, y: number): { channels: readonly (number | null)[]; label: number | null } | null {
    const scene = this.#scene;
    const first = scene?.image.levels[0];
    if (!scene || !first || x < 0 || y < 0 || x >= first.width || y >= first.height) return null;
    const read = (levels: readonly Level[], c: number) => {
      const level = levels[this.#levelOf(levels)];
      if (!level) return null;
      const column = Math.floor(x / level.factor.x);
      const row = Math.floor(y / level.factor.y);
      const tile = { row: Math.floor(row / level.tileHeight), column: Math.floor(column / level.tileWidth) };
      const plane = this.#chunks.peek(level, { t: scene.t, c, z: scene.z }, tile);
      return plane && valueAt(plane, row % level.tileHeight, column % level.tileWidth);
    };
    return {
      channels: scene.channels.map(({ index }) => read(scene.image.levels, index)),
      label: scene.labels && read(labelLevels(scene.image, scene.labels), 0),
    };
  }

  #schedule(): void {
    if (this.#frame !== 0 || this.#isDisposed) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#isLate = false;
      this.#hasPainted = false;
      this.#draw();
    });
  }

  #levelOf(levels: readonly Level[]): number {
    return chooseLevel(levels, (this.#view?.zoom ?? 1) * window.devicePixelRatio);
  }

  #draw(): void {
    const scene = this.#scene;
    const view = this.#view;
    const context = this.#canvas.getContext("2d");
    if (!scene || !view || !context) return;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    // Pixels are what was measured: enlarged, they stay squares.
    context.imageSmoothingEnabled = view.zoom * window.devicePixelRatio < 1;
    this.#wanted = [];
    const started = performance.now();
    const drawn = new Set<string>();
    const chosen = this.#levelOf(scene.image.levels);
    const lowest = scene.image.levels.length - 1;
    const paint = (name: string, levels: readonly Level[], at: number, maxTiles = Infinity) => {
      const level = levels[at];
      const tiles = level ? visibleTiles(level, view, this.#screen) : [];
      if (!level || tiles.length > maxTiles) return;
      for (const tile of tiles) {
        const tileKey = `${name}/${at}/${tile.row}/${tile.column}`;
        // Only for what is not painted: its chunk may have made room for others since.
        let known: readonly Plane[] | null | undefined;
        const planes = () =>
          known === undefined ? (known = this.#planesOf(tileKey, name, level, tile, scene)) : known;
        for (const piece of visiblePieces(level, tile, view, this.#screen)) {
          const key = `${tileKey}/${piece.y}/${piece.x}`;
          drawn.add(key);
          const canvas = this.#pieceOf(key, name, planes, piece, scene, started + FRAME_MS);
          if (canvas) this.#place(context, canvas, level, tile, piece, view);
        }
      }
    };
    if (lowest !== chosen) paint("image", scene.image.levels, lowest, MAX_PREVIEW_TILES);
    paint("image", scene.image.levels, chosen);
    if (scene.labels && scene.labelMode !== "off") {
      const levels = labelLevels(scene.image, scene.labels);
      paint(`labels ${scene.labelMode}`, levels, this.#levelOf(levels));
    }
    for (const key of this.#tiles.keys()) if (!drawn.has(key)) this.#tiles.delete(key);
    this.#load();
    if (this.#isLate) this.#schedule();
    this.#onState({
      pending: this.#wanted.length + this.#loading.size + (this.#isLate ? 1 : 0),
      error: [...this.#failed.values()][0] ?? null,
      level: chosen,
    });
  }

  #place(
    context: CanvasRenderingContext2D,
    canvas: HTMLCanvasElement,
    level: Level,
    tile: TileAt,
    piece: Piece,
    view: Viewport,
  ): void {
    const ratio = window.devicePixelRatio;
    const onScreen = (value: number, middle: number, length: number) =>
      Math.round(((value - middle) * view.zoom + length / 2) * ratio);
    const x = (column: number) => onScreen(column * level.factor.x, view.x, this.#screen.width);
    const y = (row: number) => onScreen(row * level.factor.y, view.y, this.#screen.height);
    const column = tile.column * level.tileWidth + piece.x;
    const row = tile.row * level.tileHeight + piece.y;
    // Both edges are rounded alike, so neighbours leave no seam.
    const [left, top] = [x(column), y(row)];
    context.drawImage(canvas, left, top, x(column + canvas.width) - left, y(row + canvas.height) - top);
  }

  /** Of each shown channel, or of the labels; null: one is not read yet, and is asked for. */
  #planesOf(key: string, name: string, level: Level, tile: TileAt, scene: Scene): readonly Plane[] | null {
    const { t, z } = scene;
    const channels = name === "image" ? scene.channels.map(({ index }) => index) : [0];
    const planes = channels.map((c) => {
      const place = { t, c, z };
      const plane = this.#chunks.peek(level, place, tile);
      const want = `${key}/${t}/${c}/${z}`;
      if (!plane && !this.#failed.has(want) && !this.#loading.has(want))
        this.#wanted.push({ key: want, level, place, tile });
      return plane;
    });
    return planes.every((plane) => plane !== null) ? planes : null;
  }

  /** Fresh if everything is read and there is time; else what it showed before, so that nothing flickers; null: nothing yet. */
  #pieceOf(
    key: string,
    name: string,
    readPlanes: () => readonly Plane[] | null,
    piece: Piece,
    scene: Scene,
    deadline: number,
  ): HTMLCanvasElement | null {
    const { t, z } = scene;
    const isImage = name === "image";
    const stamp = isImage ? JSON.stringify([t, z, scene.channels]) : `${t}/${z}`;
    const old = this.#tiles.get(key);
    if (old?.stamp === stamp) return old.canvas;
    const planes = readPlanes();
    // One at least, so that it comes to an end.
    const isTime = !this.#hasPainted || performance.now() < deadline;
    if (planes && !isTime) this.#isLate = true;
    if (!planes || !isTime) return old?.canvas ?? null;
    this.#hasPainted = true;
    const parts = planes.map((plane) => partOf(plane, piece));
    const canvas = toCanvas(piece, isImage ? colors(scene, parts) : objects(scene, parts));
    this.#tiles.set(key, { canvas, stamp });
    return canvas;
  }

  #load(): void {
    while (this.#loading.size < MAX_LOADS) {
      const want = this.#wanted.shift();
      if (!want) return;
      const { key, level, place, tile } = want;
      this.#loading.add(key);
      this.#chunks
        .load(level, place, tile)
        .catch((err: unknown) => this.#failed.set(key, sentenceFor(err)))
        .finally(() => {
          this.#loading.delete(key);
          this.#schedule();
        });
    }
  }
}

type Pixels = (width: number, height: number) => Uint8ClampedArray<ArrayBuffer>;

const colors =
  (scene: Scene, planes: readonly Plane[]): Pixels =>
  (width, height) =>
    composite(
      scene.channels.flatMap(({ color, range }, at) => {
        const plane = planes[at];
        return plane ? [{ plane, color, range }] : [];
      }),
      width,
      height,
    );

const objects =
  ({ labelMode }: Scene, [plane]: readonly Plane[]): Pixels =>
  (width, height) =>
    plane && labelMode !== "off" ? drawLabels(plane, labelMode) : new Uint8ClampedArray(width * height * 4);

function toCanvas({ width, height }: Piece, pixels: Pixels): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")?.putImageData(new ImageData(pixels(width, height), width, height), 0, 0);
  return canvas;
}

const aligned = new WeakMap<OpenImage, readonly Level[]>();

/** Levels of a label image, whose own level 0 may be coarser than that of its image. */
function labelLevels(image: OpenImage, labels: OpenImage): readonly Level[] {
  const known = aligned.get(labels);
  if (known) return known;
  const ratio = (axis: "width" | "height") =>
    (image.levels[0]?.[axis] ?? 1) / (labels.levels[0]?.[axis] ?? 1);
  const levels = labels.levels.map((level) => ({
    ...level,
    factor: { x: level.factor.x * ratio("width"), y: level.factor.y * ratio("height") },
  }));
  aligned.set(labels, levels);
  return levels;
}
