namespace SmartCourtyard.Readings;

/// <summary>A message, or a part of one, that nobody could read; kept for the technician.</summary>
/// <param name="At">When it came.</param>
/// <param name="Topic">Where it came from, in the words of its connection.</param>
/// <param name="DeviceId">The device it belongs to; null where it belongs to none.</param>
/// <param name="Reason">What is wrong and what is allowed.</param>
/// <param name="Raw">The beginning of the raw text, with what is not text replaced.</param>
public sealed record Undecodable(DateTimeOffset At, string Topic, string? DeviceId, string Reason, string Raw);
