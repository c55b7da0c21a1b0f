using Microsoft.Extensions.Configuration;
using SmartCourtyard.Gateway.Site;

namespace SmartCourtyard.Gateway.Tests.Site;

public sealed class WebhookAccessTests
{
    private const string Address = "https://oapi.dingtalk.com/robot/send?access_token=0123456789";

    [Fact]
    public void Only_kind_and_address_must_be_said()
    {
        var (webhooks, mistakes) = Read(("Kind", "dingtalk"), ("Url", Address));
        Assert.Empty(mistakes);
        Assert.Equal(new WebhookAccess("dingtalk 0", "dingtalk", new Uri(Address), null, TimeSpan.FromSeconds(30), "life", "zh-CN"), Assert.Single(webhooks));
    }

    [Fact]
    public void Everything_that_can_be_said_is_read_and_nothing_secret_is_shown()
    {
        var (webhooks, mistakes) = Read(
            ("Name", "street"), ("Kind", "json"), ("Url", "http://127.0.0.1:9/hook"), ("Secret", "whsec_x"), ("After", "5"), ("Least", "all"), ("Language", "en"));
        Assert.Empty(mistakes);
        Assert.Equal(new WebhookAccess("street", "json", new Uri("http://127.0.0.1:9/hook"), "whsec_x", TimeSpan.FromSeconds(5), "all", "en"), webhooks.Single());
        Assert.Equal("street", webhooks.Single().ToString());
    }

    [Theory]
    [InlineData("Kind", "telegram", "Kind: 'telegram' is none of them: wecom, dingtalk, feishu, json, cap")]
    [InlineData("Kind", "", "Kind: is missing: wecom, dingtalk, feishu, json, cap")]
    [InlineData("Kind", "json", "Secret: is missing: receivers of json check by it who sent it")]
    [InlineData("Url", "http://oapi.dingtalk.com/send?token=verysecret", "Url: is no address that may be used: https://…, or http:// on this machine")]
    [InlineData("After", "0", "After: '0' is no such time: whole seconds from 1 to 3600")]
    [InlineData("After", "3601", "After: '3601' is no such time: whole seconds from 1 to 3600")]
    [InlineData("Least", "fire", "Least: 'fire' is none of them: life, property, all")]
    [InlineData("Language", "de", "Language: 'de' is none of them: zh-CN, en")]
    [InlineData("Token", "x", "Token: there is no such key: allowed are Name, Kind, Url, Secret, After, Least, Language")]
    public void A_mistake_is_named_with_what_is_allowed_and_no_address_is_repeated(string key, string value, string sentence)
    {
        var (_, mistakes) = Read(("Kind", "dingtalk"), ("Url", Address), (key, value));
        Assert.Equal("Webhooks:0:" + sentence, Assert.Single(mistakes));
    }

    [Fact]
    public void A_name_stands_for_one_target_and_wecom_has_no_secret()
    {
        var mistakes = new List<string>();
        WebhookAccess.Read(
            new ConfigurationBuilder().AddInMemoryCollection(
            [
                new("Webhooks:0:Name", "a"), new("Webhooks:0:Kind", "cap"), new("Webhooks:0:Url", Address), new("Webhooks:1:Name", "a"), new("Webhooks:1:Kind", "wecom"),
                new("Webhooks:1:Url", Address), new("Webhooks:1:Secret", "s"),
            ]).Build(),
            mistakes);
        Assert.Equal(["Webhooks:1:Secret: wecom has none: its key stands in the Url", "Webhooks:1:Name: 'a' stands there twice: each has a name of its own"], mistakes);
    }

    private static (IReadOnlyList<WebhookAccess> Webhooks, IReadOnlyList<string> Mistakes) Read(params (string Key, string Value)[] said)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            said.GroupBy(s => s.Key).Select(s => new KeyValuePair<string, string?>("Webhooks:0:" + s.Key, s.Last().Value))).Build();
        var mistakes = new List<string>();
        return (WebhookAccess.Read(configuration, mistakes), mistakes);
    }
}
