namespace SmartCourtyard;

/// <summary>
/// Now, as a judgement sees it. Spans are measured on <see cref="Uptime"/>; <see cref="Time"/> is a label that may jump when the
/// network sets the clock.
/// </summary>
/// <param name="Time">The wall clock.</param>
/// <param name="Uptime">The monotonic clock: how long the program has been running. Never goes back.</param>
public readonly record struct Moment(DateTimeOffset Time, TimeSpan Uptime);
