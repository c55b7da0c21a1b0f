using System.Globalization;

namespace SmartCourtyard.Simulator;

/// <summary>The command line, read and checked.</summary>
internal sealed record SimulatorOptions
{
    public const string Usage = """
        SmartCourtyard.Simulator COMMAND [OPTIONS]: an estate as Zigbee2MQTT would publish it

          site                 prints the site file of Fukang Garden
          scenes               lists the scenes
          run                  plays a quiet day, with scenes in it
          scene NAME           plays one scene and ends; NAME may hold a place: "kitchen fire in 3-1-301"
          flood                sends air measurements as fast as asked, to load the system

          --broker HOST:PORT   (default 127.0.0.1:1883)
          --user NAME --password-file FILE | --password TEXT
          --site FILE          the estate (default deploy/fukang-garden.yaml)
          --seed N             the same number plays the same day (default 1)
          --rate N             run: the rhythm's factor (default 1); flood: messages a second (default 1000)
          --scene NAME[:S]     run: this scene, S seconds after the start; may be repeated
          --every 60s          run: a scene by chance at this interval (s, m or h)
          --speed N            scene: N times as fast (default 1)
          --seconds N          flood: how long (default 10)
        """;

    public required string Command { get; init; }
    public string SceneName { get; init; } = "";
    public string Host { get; init; } = "127.0.0.1";
    public int Port { get; init; } = 1883;
    public string? User { get; init; }
    public string? Password { get; init; }
    public string Site { get; init; } = "deploy/fukang-garden.yaml";
    public int Seed { get; init; } = 1;
    public double? Rate { get; init; }
    public IReadOnlyList<(string Name, TimeSpan At)> Scenes { get; init; } = [];
    public TimeSpan? Every { get; init; }
    public double Speed { get; init; } = 1;
    public double Seconds { get; init; } = 10;

    /// <summary>Reads the command line; null where it is wrong, with the reason written.</summary>
    public static SimulatorOptions? Read(IReadOnlyList<string> arguments, TextWriter errors)
    {
        if (arguments.Count == 0 || arguments[0] is not ("site" or "scenes" or "run" or "scene" or "flood"))
        {
            errors.WriteLine(Usage);
            return null;
        }

        var options = new SimulatorOptions { Command = arguments[0] };
        var next = 1;
        if (options.Command == "scene")
        {
            options = options with { SceneName = arguments.ElementAtOrDefault(1) ?? "" };
            next = 2;
        }

        for (; next < arguments.Count; next += 2)
        {
            var value = arguments.ElementAtOrDefault(next + 1);
            var mistake = value is null ? "needs a value" : options.With(arguments[next], value, out options);
            if (mistake is not null)
            {
                errors.WriteLine($"{arguments[next]} {value}: {mistake}");
                return null;
            }
        }

        return options;
    }

    private static bool Number(string text, double low, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number) && number >= low;

    private static TimeSpan? Span(string text)
    {
        if (text.Length < 2 || !Number(text[..^1], 0, out var number))
        {
            return null;
        }

        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(number), 'm' => TimeSpan.FromMinutes(number), 'h' => TimeSpan.FromHours(number), _ => null,
        };
    }

    private string? With(string option, string value, out SimulatorOptions read)
    {
        read = this;
        switch (option)
        {
            case "--broker":
                return WithBroker(value, out read);
            case "--user":
                read = this with { User = value };
                return null;
            case "--password":
                read = this with { Password = value };
                return null;
            case "--password-file":
                return WithPasswordFile(value, out read);
            case "--site":
                read = this with { Site = value };
                return null;
            case "--scene":
                return WithScene(value, out read);
            case "--every":
                read = this with { Every = Span(value) };
                return read.Every is { } every && every >= TimeSpan.FromSeconds(1) ? null : "a time of at least 1s, as 60s, 5m or 1h";
            default:
                return WithNumber(option, value, out read);
        }
    }

    private string? WithNumber(string option, string value, out SimulatorOptions read)
    {
        read = this;
        var good = Number(value, option == "--seed" ? int.MinValue : 0.001, out var number);
        switch (option)
        {
            case "--seed" when good && int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seed):
                read = this with { Seed = seed };
                return null;
            case "--rate" when good:
                read = this with { Rate = number };
                return null;
            case "--speed" when good:
                read = this with { Speed = number };
                return null;
            case "--seconds" when good:
                read = this with { Seconds = number };
                return null;
            case "--seed" or "--rate" or "--speed" or "--seconds":
                return "a number above 0 (--seed: a whole number)";
            default:
                return "unknown option; --help lists all";
        }
    }

    private string? WithBroker(string value, out SimulatorOptions read)
    {
        var colon = value.LastIndexOf(':');
        var good = colon > 0 && ushort.TryParse(value[(colon + 1)..], CultureInfo.InvariantCulture, out var port) && port > 0;
        read = good ? this with { Host = value[..colon].Trim('[', ']'), Port = int.Parse(value[(colon + 1)..], CultureInfo.InvariantCulture) } : this;
        return good ? null : "HOST:PORT";
    }

    private string? WithPasswordFile(string path, out SimulatorOptions read)
    {
        read = this;
        try
        {
            read = this with { Password = File.ReadAllText(path).Trim() };
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private string? WithScene(string value, out SimulatorOptions read)
    {
        var colon = value.LastIndexOf(':');
        var seconds = 0.0;
        var good = colon < 0 || Number(value[(colon + 1)..], 0, out seconds);
        read = this with { Scenes = [.. Scenes, (colon < 0 ? value : value[..colon], TimeSpan.FromSeconds(seconds))] };
        return good ? null : "NAME or NAME:SECONDS";
    }
}
