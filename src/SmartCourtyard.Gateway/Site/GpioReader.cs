using System.Globalization;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Site;

/// <summary>Checks the line of a GPIO chip that a device is wired to.</summary>
internal sealed class GpioReader(SiteMistakes mistakes)
{
    private const string LineAllowed = "a whole number from 0 to 1023, or the line's name";

    private static readonly TimeSpan LongestDebounce = TimeSpan.FromSeconds(10);
    private static readonly string[] Biases = ["as-is", "pull-up", "pull-down", "disabled"];
    private static readonly string[] Drives = ["push-pull", "open-drain", "open-source"];
    private static readonly string[] Meanings = [.. Quantities.All.Where(q => q.IsBoolean() && q != Quantity.Online).Select(q => q.Name())];

    /// <param name="node">What stands at <c>gpio</c>.</param>
    /// <param name="deviceClass">What the device is for; null where that is a mistake of its own.</param>
    public GpioSource? Source(YamlNode node, DeviceClass? deviceClass)
    {
        SiteFields? gpio = SiteFields.Open(node, mistakes, "gpio", "chip", "line", "bias", "active", "debounce", "quantity", "drive", "rest");
        if (gpio is null)
        {
            return null;
        }
        string? chip = gpio.Text("chip", 64, required: true);
        string? line = Line(gpio);
        int bias = OneOf(gpio, "bias", Biases);
        bool low = OneOf(gpio, "active", ["high", "low"]) == 1;
        TimeSpan debounce = Debounce(gpio);
        Quantity? quantity = OneOf(gpio, "quantity", Meanings) is var meaning && gpio.Node("quantity") is not null
            && Quantities.TryParse(Meanings[meaning], out Quantity named) ? named : null;
        int drive = OneOf(gpio, "drive", Drives);
        bool rests = OneOf(gpio, "rest", ["off", "on"]) == 1;
        if (deviceClass is { } known)
        {
            CheckClass(gpio, known, quantity);
        }
        return chip is null || line is null
            ? null
            : new GpioSource(chip, line, (GpioBias)bias, low, debounce, quantity, (GpioDrive)drive, rests);
    }

    private void CheckClass(SiteFields gpio, DeviceClass deviceClass, Quantity? quantity)
    {
        if (GpioSource.IsOutput(deviceClass))
        {
            Forbid(gpio, $"a {deviceClass.Name()} is moved by its line, not heard", "chip, line, bias, active, drive, rest", "debounce", "quantity");
            return;
        }
        Forbid(gpio, $"a {deviceClass.Name()} is heard, not moved by its line", "chip, line, bias, active, debounce, quantity", "drive", "rest");
        if (quantity is null && gpio.Node("quantity") is null && GpioSource.MeaningOf(deviceClass) is null)
        {
            mistakes.Add(gpio.Map, $"gpio of a {deviceClass.Name()} has no 'quantity', and the class does not say what its contact means", string.Join(", ", Meanings));
        }
    }

    private void Forbid(SiteFields gpio, string why, string allowed, params ReadOnlySpan<string> keys)
    {
        foreach (string key in keys)
        {
            if (gpio.Node(key) is { } node)
            {
                mistakes.Add(node, $"'{key}' does not belong here: {why}", allowed);
            }
        }
    }

    private string? Line(SiteFields gpio)
    {
        YamlNode? node = gpio.RequiredNode("line", LineAllowed);
        if (node is null)
        {
            return null;
        }
        if (node is YamlScalar { Text: { Length: >= 1 and <= 31 } text, IsNothing: false } && !text.Any(char.IsControl)
            && (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int offset) || offset is >= 0 and <= 1023))
        {
            return text;
        }
        mistakes.Add(node, $"'line' is {node.Kind}", LineAllowed);
        return null;
    }

    private TimeSpan Debounce(SiteFields gpio)
    {
        if (gpio.Node("debounce") is not { } node)
        {
            return TimeSpan.Zero;
        }
        if (TimeSpans.Parse(node) is { } span && span <= LongestDebounce)
        {
            return span;
        }
        mistakes.Add(node, $"'debounce' is {node.Kind}", "a time with its unit, for example 20ms (us, ms or s), up to 10s");
        return TimeSpan.Zero;
    }

    private static int OneOf(SiteFields fields, string key, string[] allowed)
    {
        fields.OneOf(key, allowed);
        return fields.Node(key) is YamlScalar scalar ? Math.Max(0, Array.IndexOf(allowed, scalar.Text)) : 0;
    }
}
