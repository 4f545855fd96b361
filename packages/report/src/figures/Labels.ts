/** An axis-parallel rectangle in pixels. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A position in pixels. */
export type Pixel = readonly [number, number]

/** A text that belongs to a point or, with several anchors, to a line. Earlier labels choose their place first. */
export interface Label {
  readonly text: string
  readonly anchors: ReadonlyArray<Pixel>
  readonly bold?: boolean
  /** Left out where there is no free place; others then take the least bad one. */
  readonly optional?: boolean
}

export interface PlacedLabel extends Label {
  readonly box: Box
  readonly anchor: Pixel
  /** True where the text stands so far off that a line has to join it with its point. */
  readonly leader: boolean
}

export const FONT_SIZE = 12
const LINE = 15

/** Width of a text in the page's sans-serif face, in pixels, on the generous side. */
export const textWidth = (text: string, bold = false): number =>
  [...text].reduce(
    (sum, c) => sum + (/[ilj.,:;'|!() ]/.test(c) ? 3.6 : /[mwMW@%]/.test(c) ? 10 : /[A-Z]/.test(c) ? 8 : 6.6),
    0
  ) *
  (bold ? 1.16 : 1)

const overlap = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)) *
  Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y))

const DISTANCES = [9, 16, 26, 38, 54, 72, 92]
const DIRECTIONS = Array.from({ length: 16 }, (_, i) => i * Math.PI / 8)

/** Places labels near their points, on no other label and, where possible, on none of the `obstacles`. */
export const placeLabels = (
  labels: ReadonlyArray<Label>,
  obstacles: ReadonlyArray<Box>,
  bounds: Box
): ReadonlyArray<PlacedLabel> => {
  const placed: Array<PlacedLabel> = []
  for (const label of labels) {
    const width = textWidth(label.text, label.bold)
    const candidates = label.anchors.flatMap((anchor) =>
      DISTANCES.flatMap((distance) =>
        DIRECTIONS.map((direction) => {
          const dx = Math.cos(direction)
          const dy = Math.sin(direction)
          // The box's nearest edge or corner, not its middle, stands at the distance.
          const box = {
            x: anchor[0] + dx * distance + (dx - 1) / 2 * width,
            y: anchor[1] + dy * distance + (dy - 1) / 2 * LINE,
            width,
            height: LINE
          }
          const inside = overlap(box, bounds) / (width * LINE)
          const onLabels = placed.reduce((sum, other) => sum + overlap(box, other.box), 0)
          const onObstacles = obstacles.reduce((sum, other) => sum + overlap(box, other), 0)
          return {
            box,
            anchor,
            leader: distance > 20,
            blocked: onLabels > 0 || inside < .999,
            cost: distance + onObstacles * .8 + onLabels * 4 + (1 - inside) * 1e4 + (dy > 0 ? 1 : 0)
          }
        })
      )
    ).toSorted((a, b) => a.cost - b.cost)
    const best = candidates.find((candidate) =>
      !candidate.blocked && (label.optional !== true || candidate.cost < 30)
    ) ??
      (label.optional === true ? undefined : candidates[0])
    if (best !== undefined) placed.push({ ...label, box: best.box, anchor: best.anchor, leader: best.leader })
  }
  return placed
}

/** Small boxes along a line, so that labels keep off it. */
export const alongLine = (points: ReadonlyArray<Pixel>): ReadonlyArray<Box> =>
  points.slice(1).flatMap(([x, y], i) => {
    const [fromX, fromY] = points[i]!
    const steps = Math.max(1, Math.ceil(Math.hypot(x - fromX, y - fromY) / 5))
    return Array.from({ length: steps + 1 }, (_, k) => ({
      x: fromX + (x - fromX) * k / steps - 2,
      y: fromY + (y - fromY) * k / steps - 2,
      width: 4,
      height: 4
    }))
  })
