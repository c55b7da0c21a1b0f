using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using SmartCourtyard.Courtyards;

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
    [MemberNotNullWhen(true, nameof(Courtyard))]
    public bool IsGood => Courtyard is not null;
}
