using System.Globalization;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Site;

/// <summary>What one device said at one time.</summary>
internal sealed record RecordedMessage(DateTimeOffset At, IReadOnlyList<Reading> Readings);

/// <summary>
/// Readings that somebody recorded: lines of <c>time,device,quantity,value</c> in order of time, with or without these words as the
/// first line. Lines of one time and one device, one after the other, are one message.
/// </summary>
internal static class RecordedReadings
{
    private const string Header = "time,device,quantity,value";
    private const int MostMistakes = 100;

    /// <summary>Reads them; null after noting every mistake (the first hundred).</summary>
    public static IReadOnlyList<RecordedMessage>? Read(string path, Courtyard courtyard, List<string> mistakes)
    {
        IEnumerable<string> lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            mistakes.Add($"{path}:1:1: the file cannot be read ({e.Message}): a file that this user may read");
            return null;
        }

        var devices = courtyard.Devices.ToDictionary(d => d.Id, StringComparer.Ordinal);
        var messages = new List<RecordedMessage>();
        var number = 0;
        DateTimeOffset? last = null;
        foreach (var line in lines)
        {
            number++;
            if (line.Length == 0 || (number == 1 && line.TrimStart('\uFEFF').Replace(" ", "", StringComparison.Ordinal) == Header))
            {
                continue;
            }

            if (ReadLine(line, devices, last, out var mistake) is { } reading)
            {
                last = reading.ObservedAt;
                Add(messages, reading);
            }
            else if (mistakes.Count < MostMistakes)
            {
                mistakes.Add($"{path}:{number}:{mistake.Column}: {mistake.What}");
            }
        }

        return mistakes.Count == 0 ? messages : null;
    }

    private static void Add(List<RecordedMessage> messages, Reading reading)
    {
        var before = messages.Count > 0 ? messages[^1] : null;
        if (before is not null && before.At == reading.ObservedAt && before.Readings[0].Device == reading.Device
            && before.Readings.All(r => r.Quantity != reading.Quantity))
        {
            messages[^1] = before with { Readings = [.. before.Readings, reading] };
        }
        else
        {
            messages.Add(new RecordedMessage(reading.ObservedAt, [reading]));
        }
    }

    private static Reading? ReadLine(string line, Dictionary<string, Device> devices, DateTimeOffset? last, out (int Column, string What) mistake)
    {
        var fields = line.Split(',');
        mistake = (1, $"{fields.Length} fields: four, {Header}");
        if (fields.Length != 4)
        {
            return null;
        }

        var columns = fields.Select((_, i) => 1 + fields.Take(i).Sum(f => f.Length + 1)).ToArray();
        var texts = fields.Select(f => f.Trim()).ToArray();
        if (!DateTimeOffset.TryParseExact(
            texts[0], ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            || !(texts[0].EndsWith('Z') || texts[0].LastIndexOfAny(['+', '-']) > 9))
        {
            mistake = (columns[0], $"the time is '{texts[0]}': a time with its offset as 2026-11-22T04:30:00.123Z or 2026-11-22T12:30:00+08:00");
            return null;
        }

        if (at < last)
        {
            mistake = (columns[0], $"the time lies before that of the line above: lines in order of time");
            return null;
        }

        if (!devices.TryGetValue(texts[1], out var device))
        {
            mistake = (columns[1], $"no device '{texts[1]}'{Spelling.DidYouMean(texts[1], devices.Keys)}: the id of a device in the site file");
            return null;
        }

        if (!Quantities.TryParse(texts[2], out var quantity))
        {
            mistake = (columns[2], $"no quantity '{texts[2]}': {string.Join(", ", Quantities.All.Select(q => q.Name()))}");
            return null;
        }

        if (Value(texts[3], quantity) is not { } value)
        {
            mistake = (columns[3], $"the value is '{texts[3]}': {(quantity.IsBoolean() ? "true or false" : $"a number in {quantity.Unit()}")}");
            return null;
        }

        return new Reading(device, quantity, value, at);
    }

    private static double? Value(string text, Quantity quantity) => (quantity.IsBoolean(), text) switch
    {
        (true, "true" or "1") => 1,
        (true, "false" or "0") => 0,
        (true, _) => null,
        _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null,
    };
}
