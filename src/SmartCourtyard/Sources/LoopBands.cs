namespace SmartCourtyard.Sources;

/// <summary>A range of volts; both ends belong to it.</summary>
public readonly record struct Band(double From, double To)
{
    /// <summary>Whether a value lies in it.</summary>
    public bool Holds(double value) => value >= From && value <= To;
}

/// <summary>What a supervised loop says.</summary>
public enum LoopState
{
    /// <summary>The contact rests and the wire is whole.</summary>
    Normal,
    /// <summary>The contact has acted.</summary>
    Alarm,
    /// <summary>The wire is shorted: nothing behind the short can be heard.</summary>
    Shorted,
    /// <summary>The wire is cut, or the detector was taken off.</summary>
    Cut,
    /// <summary>Between the bands: a bad contact, water in a joint, a wrong resistor.</summary>
    Unclear,
}

/// <summary>
/// The voltages of a loop with end-of-line resistor. A contact that opens or closes changes the resistance to a second known value; a
/// cut or a short gives neither, so that a wire that does its work no more is never taken for peace.
/// </summary>
/// <param name="Normal">Volts while the contact rests.</param>
/// <param name="Alarm">Volts while the contact has acted; apart from <paramref name="Normal"/>.</param>
/// <param name="Shorted">Volts of a shorted wire; null: everything below both bands.</param>
/// <param name="Cut">Volts of a cut wire; null: everything above both bands.</param>
public sealed record LoopBands(Band Normal, Band Alarm, Band? Shorted = null, Band? Cut = null)
{
    /// <summary>What a voltage says.</summary>
    public LoopState Judge(double volts)
    {
        if (Normal.Holds(volts))
        {
            return LoopState.Normal;
        }

        if (Alarm.Holds(volts))
        {
            return LoopState.Alarm;
        }

        if (Shorted is { } shorted ? shorted.Holds(volts) : volts < Math.Min(Normal.From, Alarm.From))
        {
            return LoopState.Shorted;
        }

        return (Cut is { } cut ? cut.Holds(volts) : volts > Math.Max(Normal.To, Alarm.To)) ? LoopState.Cut : LoopState.Unclear;
    }
}
