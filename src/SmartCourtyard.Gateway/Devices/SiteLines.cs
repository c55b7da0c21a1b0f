using System.Globalization;
using System.Text;
using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Gateway.Devices;

/// <summary>
/// The lines that add an unassigned device to the site file, ready to copy. Each proposed id is free in the file and among the
/// proposals.
/// </summary>
internal sealed class SiteLines(IEnumerable<string> takenIds)
{
    private const int LongestId = 64;
    private const int LongestName = 100;

    private readonly HashSet<string> _taken = new(takenIds, StringComparer.Ordinal);

    public string For(UnassignedDevice device, DeviceClass? seemsToBe)
    {
        var lines = new StringBuilder();
        lines.Append("  - id: ").Append(FreeId(device, seemsToBe)).Append('\n');
        if (Model(device) is { } model)
        {
            lines.Append("    name: ").Append(Quoted(model)).Append('\n');
        }

        lines.Append("    class: ").Append((seemsToBe ?? DeviceClass.Repeater).Name())
            .Append(seemsToBe is null ? "    # nothing it said tells what it is: choose the class\n" : "\n")
            .Append("    # at: { building: b03, unit: 1, floor: 3, flat: \"301\", place: 厨房 }\n")
            .Append("    source: { ").Append(device.Family).Append(": ").Append(Quoted(device.Name)).Append(" }\n");
        return lines.ToString();
    }

    private static string? Model(UnassignedDevice device)
    {
        var text = $"{device.Vendor} {device.Model}".Trim();
        return text.Length == 0 ? null : text[..Math.Min(text.Length, LongestName)];
    }

    private string FreeId(UnassignedDevice device, DeviceClass? seemsToBe)
    {
        var stem = Slug(device.Name);
        if (stem.Length == 0)
        {
            // A name without a single Latin letter or digit: what it is for, and a mark that stays the same.
            stem = string.Create(CultureInfo.InvariantCulture, $"{seemsToBe?.Name() ?? device.Family}-{Mark(device.Name):x4}");
        }

        var id = stem;
        for (var number = 2; !_taken.Add(id); number++)
        {
            var ending = string.Create(CultureInfo.InvariantCulture, $"-{number}");
            id = stem[..Math.Min(stem.Length, LongestId - ending.Length)] + ending;
        }

        return id;
    }

    private static string Slug(string name)
    {
        var slug = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                slug.Append(char.ToLowerInvariant(c));
            }
            else if (slug.Length > 0 && slug[^1] != '-')
            {
                slug.Append('-');
            }
        }

        return slug.ToString(0, Math.Min(slug.Length, LongestId)).Trim('-');
    }

    // FNV-1a, folded: the same in every run.
    private static int Mark(string name)
    {
        var hash = 2_166_136_261;
        foreach (var c in name)
        {
            hash = (hash ^ c) * 16_777_619;
        }

        return (int)((hash >> 16) ^ (hash & 0xFFFF));
    }

    // In double quotes YAML takes every character but these for itself.
    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' or '\\' => quoted.Append('\\').Append(c),
                _ when char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF' =>
                    quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }
}
