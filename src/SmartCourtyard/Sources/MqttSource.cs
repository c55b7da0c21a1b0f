using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Sources;

/// <summary>A device that speaks on a topic of its own, in a form that the site file describes.</summary>
/// <param name="Topic">Where it speaks, without wildcards; null only of an actuator that never says anything.</param>
/// <param name="Points">One a quantity; at least one unless there is a <see cref="Command"/>.</param>
public sealed record MqttSource(string? Topic, IReadOnlyList<MqttPoint> Points) : Source
{
    // Shared, not one a source: two sources that say the same are equal.
    private static readonly string[] Parts = [Broker];

    /// <summary>How it is told what to do; null where it is only heard.</summary>
    public MqttCommand? Command { get; init; }

    /// <inheritdoc />
    public override IReadOnlyList<string> DependsOn => Parts;
}

/// <summary>Where one quantity stands in the messages of an <see cref="MqttSource"/>, and how to read it.</summary>
/// <param name="Quantity">What it is.</param>
/// <param name="Path">Where it stands. A message without it says nothing of this quantity.</param>
/// <param name="Unit">The unit of <c>value × scale + offset</c>; null: the quantity's own.</param>
/// <param name="Scale">What a number is multiplied with. Default 1.</param>
/// <param name="Offset">What is added afterwards. Default 0.</param>
/// <param name="On">Of a yes-or-no quantity: the values that mean true (of a contact: closed); null: the usual words.</param>
/// <param name="Off">The values that mean false; null: the usual words.</param>
public sealed record MqttPoint(
    Quantity Quantity, JsonPath Path, string? Unit = null, double Scale = 1, double Offset = 0,
    IReadOnlyList<string>? On = null, IReadOnlyList<string>? Off = null);
