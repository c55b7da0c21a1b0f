using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartCourtyard.Gateway.Site;

/// <summary>What a check found, for editors and scripts: one line of JSON.</summary>
internal static class SiteReportJson
{
    // People's own words stay readable; the line goes to a terminal or a program, never into a page.
    private static readonly SiteReportContext Context = new(new JsonSerializerOptions(SiteReportContext.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static string Line(string path, SiteResult site) => JsonSerializer.Serialize(
        new SiteReport(
            path, site.IsGood, site.Listed.Buildings, site.Listed.Devices,
            [.. site.Mistakes.Select(m => new SiteReportMistake(m.Line, m.Column, m.WhatIsWrong, m.WhatIsAllowed))]),
        Context.SiteReport);
}

internal sealed record SiteReport(string File, bool Good, int Buildings, int Devices, IReadOnlyList<SiteReportMistake> Mistakes);

/// <summary>Line and column count from 1.</summary>
internal sealed record SiteReportMistake(int Line, int Column, string Wrong, string Allowed);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SiteReport))]
internal sealed partial class SiteReportContext : JsonSerializerContext;
