namespace SmartCourtyard.Effects;

/// <summary>How far an order came at the first try.</summary>
public enum CarriedOutcome
{
    /// <summary>The device does it, by its own word.</summary>
    Confirmed,
    /// <summary>It is on its way; the device has not spoken yet.</summary>
    Sent,
    /// <summary>It did not get to the device.</summary>
    Failed,
}

/// <summary>What became of an order that was sent to its actuator.</summary>
/// <param name="Outcome">How far it came.</param>
/// <param name="Problem">Why it did not get there, or what the device lacks yet, as a part of a sentence; null where nothing is known to be wrong.</param>
public readonly record struct Carried(CarriedOutcome Outcome, string? Problem = null)
{
    /// <summary>The device does it, by its own word.</summary>
    public static Carried Confirmed { get; } = new(CarriedOutcome.Confirmed);

    /// <summary>It is on its way.</summary>
    public static Carried Sent { get; } = new(CarriedOutcome.Sent);

    /// <summary>It got there, and the device does not do it yet.</summary>
    public static Carried NotYet(string problem) => new(CarriedOutcome.Sent, problem);

    /// <summary>It did not get to the device.</summary>
    public static Carried Failed(string problem) => new(CarriedOutcome.Failed, problem);
}
