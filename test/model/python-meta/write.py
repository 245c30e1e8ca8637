"""Writes the meta.json files of this folder as a trainer in Python does: json.dump, with what Python calls a number."""
import json
import pathlib
from datetime import datetime, timezone

NAN, INF = float("nan"), float("inf")
FEATURES = [
    *["obi5", "obi10", "spread_bps", "bid_volume_5", "ask_volume_5", "momentum_1s", "momentum_5s"],
    *["spot_price", "remaining_secs", "price_to_beat", "distance_to_beat"],
]
STEPS = 60


def meta(**metrics):
    return {
        "type": "tcn_binary_classifier",
        "feature_order": FEATURES,
        "sequence_len": STEPS,
        "input_dim": len(FEATURES) * STEPS,
        "trained_at": datetime(2026, 3, 1, 9, 0, 0, 123456, tzinfo=timezone.utc).isoformat(),
        "metrics": {"n_train": 40000, "acc_at_0.5": 0.56, "brier": 0.24, "log_loss": 0.67, **metrics},
    }


FILES = {
    "tcn": meta(),
    "without-sklearn": {**meta(auc=NAN), "horizon": "5m"},
    "diverged": {**meta(brier=NAN, log_loss=INF, auc=-INF, **{"acc_at_0.5": NAN}), "horizon": "5m"},
    "nothing-told": {**meta(auc=None), "horizon": None, "trained_to": None},
}

for name, content in FILES.items():
    with open(pathlib.Path(__file__).parent / f"{name}.meta.json", "w") as file:
        json.dump(content, file, indent=2)
