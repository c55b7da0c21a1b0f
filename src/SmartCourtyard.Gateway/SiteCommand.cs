using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Broker;
using SmartCourtyard.Gateway.Devices.Mqtt;
using SmartCourtyard.Gateway.Site;

namespace SmartCourtyard.Gateway;

/// <summary>The commands that read a site file and end.</summary>
internal static class SiteCommand
{
    /// <summary>Names every mistake, and at the end how many there are; 0 where there is none.</summary>
    public static int Check(string[] arguments, TextWriter output, TextWriter errors)
    {
        var json = arguments.Contains("--json");
        if (arguments.Where(a => a != "--json").ToList() is not [var path] || path.StartsWith('-'))
        {
            errors.WriteLine("check takes one site file, and --json for one line that a program reads");
            return 1;
        }

        var site = SiteFile.Read(path);
        if (json)
        {
            output.WriteLine(SiteReportJson.Line(path, site));
            return site.IsGood ? 0 : 1;
        }

        Name(site, errors);
        output.WriteLine(Summary(path, site));
        return site.IsGood ? 0 : 1;
    }

    private static string Summary(string path, SiteResult site)
    {
        var what = site.Courtyard is { } courtyard ? $"good: {courtyard.Name} ({courtyard.Id}), " : "";
        return $"{path}: {what}{site.Listed.Devices} devices in {site.Listed.Buildings} buildings, {site.Mistakes.Count} mistakes";
    }

    /// <summary>Writes the broker's configuration for a site.</summary>
    public static int Broker(string[] arguments, TextWriter errors)
    {
        var site = Array.IndexOf(arguments, "--site") is var i and >= 0 && i + 1 < arguments.Length ? arguments[i + 1] : null;
        if (site is null)
        {
            errors.WriteLine("--site is missing: the file that describes the estate");
            return 1;
        }

        return BrokerOptions.Read(arguments, errors) is { } options && Read(site, errors) is { } courtyard
            ? BrokerCommand.Run(courtyard, options, errors, MqttFamilies.AnnouncedTopics(courtyard, options.DataDirectory),
                MqttFamilies.AnnouncedCommands(courtyard, options.DataDirectory))
            : 1;
    }

    /// <summary>The courtyard of a site file; null after naming every mistake.</summary>
    public static Courtyard? Read(string path, TextWriter errors) => ReadSite(path, errors).Courtyard;

    /// <summary>A site file; every mistake has been named.</summary>
    public static SiteResult ReadSite(string path, TextWriter errors)
    {
        var site = SiteFile.Read(path);
        Name(site, errors);
        return site;
    }

    private static void Name(SiteResult site, TextWriter errors)
    {
        foreach (var mistake in site.Mistakes)
        {
            errors.WriteLine(mistake);
        }
    }
}
