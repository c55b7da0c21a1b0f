using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Broker;

namespace SmartCourtyard.Gateway.Tests.Broker;

public sealed class BrokerCommandTests : IDisposable
{
    private readonly RealBroker _broker = new();

    public void Dispose() => _broker.Dispose();

    [Fact]
    public void The_same_site_and_credentials_give_the_same_files_again()
    {
        var before = Files().ToDictionary(f => f, f => (File.ReadAllText(f), File.GetLastWriteTimeUtc(f)));

        Assert.Equal(0, BrokerCommand.Run(RealBroker.Estate, _broker.Options, TextWriter.Null));

        Assert.Equal(before, Files().ToDictionary(f => f, f => (File.ReadAllText(f), File.GetLastWriteTimeUtc(f))));
    }

    [Fact]
    public void Only_the_owner_may_read_the_files_and_the_configuration_holds_no_secret()
    {
        Assert.All(Files(), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        var open = File.ReadAllText(Path.Combine(_broker.Options.Directory, "mosquitto.conf"))
            + File.ReadAllText(Path.Combine(_broker.Options.Directory, "passwd")) + File.ReadAllText(Path.Combine(_broker.Options.Directory, "acl"));
        Assert.DoesNotContain(RealBroker.DevicesPassword, open, StringComparison.Ordinal);
        Assert.DoesNotContain(_broker.GatewayPassword, open, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "not JSON")]
    [InlineData("{}", "mqtt.user or mqtt.password is missing")]
    [InlineData("""{"mqtt":{"user":"gateway","password":"x"}}""", "is the gateway's own name")]
    [InlineData("""{"mqtt":{"user":"a:b","password":"x"}}""", "not a name the password file can hold")]
    public void Bad_credentials_are_refused_in_words_and_leave_the_old_files(string credentials, string words)
    {
        var before = File.ReadAllText(Path.Combine(_broker.Options.Directory, "passwd"));
        File.WriteAllText(_broker.Options.CredentialsFile, credentials);
        using var errors = new StringWriter();

        Assert.Equal(1, BrokerCommand.Run(RealBroker.Estate, _broker.Options, errors));

        Assert.Contains(words, errors.ToString(), StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(Path.Combine(_broker.Options.Directory, "passwd")));
    }

    [Fact]
    public void A_device_name_that_would_widen_the_rules_is_refused()
    {
        var estate = RealBroker.Estate with
        {
            Devices = [new Device("evil", null, DeviceClass.Siren, new Place(), new Zigbee2MqttSource("x\ntopic readwrite #"))],
        };
        using var errors = new StringWriter();

        Assert.Equal(1, BrokerCommand.Run(estate, _broker.Options, errors));

        Assert.Contains("device evil", errors.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--directory missing", "--directory /d")]
    [InlineData("--port 0: not a port", "--directory /d --credentials /c --port 0")]
    [InlineData("--bind here: not an address", "--directory /d --credentials /c --bind here")]
    [InlineData("--colour: unknown option", "--colour red")]
    [InlineData("--port: unknown option or missing value", "--port")]
    public void A_wrong_command_line_is_answered_with_what_is_allowed(string words, string line)
    {
        using var errors = new StringWriter();

        Assert.Null(BrokerOptions.Read(line.Split(' '), errors));

        Assert.Contains(words.Replace("--directory missing", "is missing", StringComparison.Ordinal), errors.ToString(), StringComparison.Ordinal);
    }

    private string[] Files() => Directory.GetFiles(_broker.Options.Directory);
}
