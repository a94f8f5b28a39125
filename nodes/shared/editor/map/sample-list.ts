/** The samples kept with the map, each with what the runtime says of it. */
import { create } from "../form";
import type { SampleResult } from "./answers";
import { createButton } from "./controls";
import type { Sample } from "./map-file";
import { shortJson } from "./record";
import type { Translate } from "./translate";

export interface SampleList {
  read(): Sample[];
  set(samples: readonly Sample[]): void;
  /** Adds the sample; one of the same record gets the new result instead. */
  keep(sample: Omit<Sample, "name">): void;
  show(results: readonly SampleResult[]): void;
}

interface SampleActions {
  translate: Translate;
  changed(): void;
  /** Puts the sample into the preview. */
  open(sample: Sample): void;
}

export function createSampleList(root: HTMLElement, actions: SampleActions): SampleList {
  const { translate, changed, open } = actions;
  let samples: Sample[] = [];
  let results: readonly SampleResult[] = [];

  const draw = () => {
    root.hidden = samples.length === 0;
    root.replaceChildren(...samples.map((sample, position) => row(sample, position)));
  };
  const change = (next: Sample[]) => {
    samples = next;
    results = [];
    draw();
    changed();
  };
  const row = (sample: Sample, position: number) => {
    const name = create("input", { type: "text", "aria-label": translate("map.sampleName") });
    name.value = sample.name;
    name.addEventListener("change", () =>
      change(
        samples.map((other) => (other === sample ? { ...sample, name: name.value.trim() || sample.name } : other)),
      ),
    );
    const tools = [
      createButton({ icon: "fa fa-eye", title: translate("map.openSample"), click: () => open(sample) }),
      createButton({
        icon: "fa fa-remove",
        title: translate("map.removeSample"),
        click: () => change(samples.filter((other) => other !== sample)),
      }),
    ];
    const result = results[position];
    return create("li", {}, [
      create("div", { class: "user-sync-sample-line" }, [
        stateOf(result, translate),
        name,
        create("span", { class: "user-sync-tag" }, [translate(`map.from.${sample.side}`)]),
        ...tools,
      ]),
      ...(result && !result.passed ? [differences(result, translate)] : []),
    ]);
  };
  draw();
  return {
    read: () => samples,
    set(next) {
      samples = [...next];
      results = [];
      draw();
    },
    keep(sample) {
      const same = samples.find((other) => other.side === sample.side && isEqual(other.record, sample.record));
      if (same) change(samples.map((other) => (other === same ? { ...same, expected: sample.expected } : other)));
      else change([...samples, { name: freeName(samples, translate), ...sample }]);
    },
    show(next) {
      results = next;
      draw();
    },
  };
}

function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function freeName(samples: readonly Sample[], translate: Translate): string {
  const taken = new Set(samples.map(({ name }) => name));
  let number = samples.length + 1;
  while (taken.has(translate("map.sampleNumber", { number }))) number += 1;
  return translate("map.sampleNumber", { number });
}

function stateOf(result: SampleResult | undefined, translate: Translate): HTMLElement {
  if (!result) return create("i", { class: "fa fa-circle-o", title: translate("map.sampleOpen") });
  return result.passed
    ? create("i", { class: "fa fa-check user-sync-success", role: "img", title: translate("map.samplePassed") })
    : create("i", { class: "fa fa-times user-sync-error", role: "img", title: translate("map.sampleFailed") });
}

function differences({ differences: found, message }: SampleResult, translate: Translate): HTMLElement {
  const items = found.map(({ path, expected, actual }) =>
    create("li", {}, [
      create("b", {}, [path]),
      ` ${translate("map.expected", { expected: shortJson(expected), actual: shortJson(actual) })}`,
    ]),
  );
  const told = message === "" ? [] : [create("li", {}, [message])];
  return create("ul", { class: "user-sync-differences" }, items.length > 0 ? items : told);
}
