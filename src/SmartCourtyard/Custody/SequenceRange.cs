using System.Text.Json.Serialization;

namespace SmartCourtyard.Custody;

/// <summary>Numbers of a gateway's sequence, in a row; sent as decimal strings, as the sequence itself is.</summary>
/// <param name="First">The first; 1 or more.</param>
/// <param name="Last">The last; the same where it is one number.</param>
public readonly record struct SequenceRange(
    [property: JsonNumberHandling(JsonNumberHandling.WriteAsString)] long First,
    [property: JsonNumberHandling(JsonNumberHandling.WriteAsString)] long Last);
