chart-simulated = SIMULATED DATA
chart-source = Source: { $source }
chart-answers = { $n } answers
chart-n = n = { $n }
chart-value-interval = { $value } (between { $low } and { $high })
chart-from-to = from { $before } to { $now }
chart-difference = difference { $difference }
chart-difference-interval = difference { $difference } (between { $low } and { $high })
chart-reference = { $label } { $value }
chart-scale = Scale { $min } to { $max }; shown here { $from } to { $to }.
chart-scale-ends = Scale { $min } ({ $low }) to { $max } ({ $high }); shown here { $from } to { $to }.
chart-head-answers = answers
chart-head-difference = difference
chart-coverage = { $n } of the target of { $target } answers
chart-legend-dots = Dot: value; line: its interval.
chart-legend-dots-small = Dot: value; line: its interval; hollow dot: answers still under the target.
chart-legend-change = Ring: before; dot: now; band: interval of the change.
chart-legend-coverage = Upright line: target. Coverage is no measure of harmony.
