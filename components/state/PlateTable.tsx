import { wellKey, wellName, type PlateWell } from "./plate";

type Props = {
  label: string;
  wells: readonly PlateWell[];
  describe: (row: number, column: number) => string;
};

/** The plate for screen readers: one row per well that has something to say. */
export function PlateTable({ label, wells, describe }: Props) {
  return (
    <table className="sr-only">
      <caption>{label}</caption>
      <thead>
        <tr>
          <th scope="col">Well</th>
          <th scope="col">Shows</th>
        </tr>
      </thead>
      <tbody>
        {wells.map((well) => {
          const name = wellName(well.row, well.column);
          return (
            <tr key={wellKey(well)}>
              <th scope="row">{name}</th>
              <td>{describe(well.row, well.column).slice(name.length + 2) || "no value"}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
