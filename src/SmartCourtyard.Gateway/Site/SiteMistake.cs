using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Effects;

namespace SmartCourtyard.Gateway.Site;

/// <summary>One mistake in a site file. Line and column count from 1.</summary>
internal sealed record SiteMistake(string File, int Line, int Column, string WhatIsWrong, string WhatIsAllowed)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}:{Column}: {WhatIsWrong}: {WhatIsAllowed}");
}

/// <summary>Either a courtyard or every mistake of the file, in the order of the file.</summary>
internal sealed record SiteResult(Courtyard? Courtyard, IReadOnlyList<SiteMistake> Mistakes)
{
    /// <summary>What the file sets for its actuators.</summary>
    public IReadOnlyList<Effect> Effects { get; init; } = [];

    /// <summary>How long an actuator has to confirm, by its id, where the file says it.</summary>
    public IReadOnlyDictionary<string, TimeSpan> Confirm { get; init; } = FrozenDictionary<string, TimeSpan>.Empty;

    [MemberNotNullWhen(true, nameof(Courtyard))]
    public bool IsGood => Courtyard is not null;

    /// <summary>How many buildings and devices the file lists, good or not.</summary>
    public (int Buildings, int Devices) Listed { get; init; }

    /// <summary>By which rules the devices are judged.</summary>
    public Rulebook Rules { get; init; } = Rulebook.Usual;

    /// <summary>The file as it was read; empty where it could not be.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>How each device is written down, by its id: class and source, in a spelling that does not depend on the layout.</summary>
    public IReadOnlyDictionary<string, string> Speech { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Every name that stands in a source of the file, whatever the family.</summary>
    public IReadOnlySet<string> SourceNames { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Ids of the devices that have the class and the source that they had in another reading of the file.</summary>
    public IReadOnlySet<string> SpeakingAsIn(SiteResult before) => Speech
        .Where(s => before.Speech.TryGetValue(s.Key, out var then) && then == s.Value).Select(s => s.Key).ToFrozenSet(StringComparer.Ordinal);
}
