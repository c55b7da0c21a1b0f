using System.Text;
using System.Text.Json;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Custody;
using SmartCourtyard.Gateway.Site;
using SmartCourtyard.Gateway.Watch;

namespace SmartCourtyard.Gateway;

/// <summary>Prints the events that recorded readings would have made under a site file, or the difference between two site files.</summary>
internal static class ReplayCommand
{
    private const string Usage = """
        replay --site SITE --readings FILE [--compare OTHER]

          --site SITE       the site file whose rules judge
          --readings FILE   lines of time,device,quantity,value in order of time: 2026-11-22T04:30:00Z,b03-u1-301-gas,methane,12
          --compare OTHER   a second site file: prints only what differs, "-" before what SITE alone makes and "+" before what OTHER alone makes

        Prints one event a line, as the duty room would have received it. The time between the lines runs, and one day after the last.
        """;

    /// <summary>0 when it ran, whatever the events; 1 after naming every mistake.</summary>
    public static int Run(string[] arguments, TextWriter output, TextWriter errors)
    {
        if (arguments is ["--help" or "-h"])
        {
            output.WriteLine(Usage);
            return 0;
        }

        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < arguments.Length; i += 2)
        {
            if (arguments[i] is not ("--site" or "--readings" or "--compare") || i + 1 == arguments.Length || !options.TryAdd(arguments[i], arguments[i + 1]))
            {
                errors.WriteLine($"'{arguments[i]}' is no option, stands twice or lacks its value\n{Usage}");
                return 1;
            }
        }

        if (!options.TryGetValue("--site", out var site) || !options.TryGetValue("--readings", out var readings))
        {
            errors.WriteLine($"--site and --readings are needed\n{Usage}");
            return 1;
        }

        return options.TryGetValue("--compare", out var other) ? Compare(site, other, readings, output, errors) : Print(site, readings, output, errors);
    }

    private static int Print(string site, string readings, TextWriter output, TextWriter errors) =>
        Replayed(site, readings, e => output.WriteLine(Line(e)), errors) ? 0 : 1;

    private static int Compare(string site, string other, string readings, TextWriter output, TextWriter errors)
    {
        var (before, after) = (new List<CourtyardEvent>(), new List<CourtyardEvent>());
        if (!Replayed(site, readings, before.Add, errors) || !Replayed(other, readings, after.Add, errors))
        {
            return 1;
        }

        var beforeKeys = before.Select(Key).ToList();
        var afterKeys = after.Select(Key).ToList();
        var lines = Missing(before, beforeKeys, afterKeys).Select(e => (e.Time, Text: "- " + Line(e)))
            .Concat(Missing(after, afterKeys, beforeKeys).Select(e => (e.Time, Text: "+ " + Line(e)))).OrderBy(l => l.Time);
        foreach (var (_, text) in lines)
        {
            output.WriteLine(text);
        }

        return 0;
    }

    private static IEnumerable<CourtyardEvent> Missing(List<CourtyardEvent> events, List<string> keys, List<string> others)
    {
        var left = others.CountBy(k => k).ToDictionary(StringComparer.Ordinal);
        for (var i = 0; i < events.Count; i++)
        {
            if (left.GetValueOrDefault(keys[i]) is var count && count == 0)
            {
                yield return events[i];
            }
            else
            {
                left[keys[i]] = count - 1;
            }
        }
    }

    /// <summary>What makes two events the same in two runs: everything but the ids, which are made anew each time.</summary>
    private static string Key(CourtyardEvent e)
    {
        var data = e.Data.EnumerateObject().Where(p => p.Name is not ("alarmId" or "troubleId")).Select(p => p.ToString());
        return string.Join('|', [e.Type, e.Time.ToString("O"), .. data]);
    }

    private static bool Replayed(string sitePath, string readingsPath, Action<CourtyardEvent> say, TextWriter errors)
    {
        var site = SiteCommand.ReadSite(sitePath, errors);
        if (site.Courtyard is not { } courtyard)
        {
            return false;
        }

        var mistakes = new List<string>();
        if (RecordedReadings.Read(readingsPath, courtyard, mistakes) is not { } messages)
        {
            mistakes.ForEach(errors.WriteLine);
            return false;
        }

        var sequence = 0L;
        Replay.Run(courtyard, site.Rules, messages.Select(m => (m.At, m.Readings)), e => say(e with { Sequence = (++sequence).ToString(System.Globalization.CultureInfo.InvariantCulture) }));
        return true;
    }

    private static string Line(CourtyardEvent e) => Encoding.UTF8.GetString(JsonSerializer.SerializeToUtf8Bytes(e, CustodyJson.Default.CourtyardEvent));
}
