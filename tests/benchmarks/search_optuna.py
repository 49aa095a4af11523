"""Optuna over recorded tables: its mean ratio by number of evaluations, as JSON. Arguments: sampler (tpe, gp), seeds, evaluations,
tables (.csv.gz). Words are categorical, numbers the places in their order. An evaluation is the first proposal of a configuration
of the table; repeats and combinations that are not in it cost nothing. Failures, and what is not in the table, are told as
PRUNED: by that TPE is stronger than with FAIL."""
import csv
import gzip
import json
import statistics
import sys
import warnings

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings("ignore")
ASKED_FOR_ONE = 20  # proposals for one evaluation before a run ends


def number(text):
    try:
        return float(text)
    except ValueError:
        return None


def milliseconds(field):
    samples = [number(one) for one in field.split(";")]
    return None if None in samples else statistics.median(samples)


def table_in(path):
    with gzip.open(path, "rt") as file:
        rows = list(csv.reader(file))
    names = rows[0][:-1]
    values = []
    for column in range(len(names)):
        seen = sorted({row[column] for row in rows[1:]})
        scale = all(number(value) is not None for value in seen)
        values.append((sorted(seen, key=float) if scale else seen, scale))
    return names, values, {tuple(row[:-1]): milliseconds(row[-1]) for row in rows[1:]}


def sampler_of(name, seed):
    if name == "gp":
        return optuna.samplers.GPSampler(seed=seed, deterministic_objective=True)
    return optuna.samplers.TPESampler(seed=seed, multivariate=True)


def proposed(trial, names, values):
    row = []
    for name, (words, scale) in zip(names, values):
        place = trial.suggest_int(name, 0, len(words) - 1) if scale else words.index(trial.suggest_categorical(name, words))
        row.append(words[place])
    return tuple(row)


def run(table, name, seed, evaluations):
    names, values, results = table
    optimum = min(ms for ms in results.values() if ms is not None)
    study = optuna.create_study(sampler=sampler_of(name, seed))
    tried, ratios, best, failed = set(), [], None, 0
    for _ in range(evaluations * ASKED_FOR_ONE):
        trial = study.ask()
        row = proposed(trial, names, values)
        ms = results.get(row)
        if row in results and row not in tried:
            tried.add(row)
            failed += ms is None and len(tried) <= 60
            best = ms if best is None or (ms is not None and ms < best) else best
            ratios.append(0 if best is None else optimum / best)
        if ms is None:
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        else:
            study.tell(trial, ms)
        if len(ratios) == evaluations or len(tried) == len(results):
            break
    return ratios, failed


def main():
    name, seeds, evaluations = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    by_table, wasted = [], []
    for path in sys.argv[4:]:
        table = table_in(path)
        runs = [run(table, name, seed, evaluations) for seed in range(1, seeds + 1)]
        wasted += [failed for _, failed in runs]
        by_table.append([statistics.mean(ratios[min(n, len(ratios)) - 1] if ratios else 0 for ratios, _ in runs)
                         for n in range(1, evaluations + 1)])
    print(json.dumps({"version": optuna.__version__, "ratio_mean": [statistics.mean(at) for at in zip(*by_table)],
                      "wasted_mean_60": statistics.mean(wasted)}))


main()
