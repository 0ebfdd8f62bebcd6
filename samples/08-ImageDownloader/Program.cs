// Fetches a page, finds its images with an HTML parser (AngleSharp), and downloads them all at the same time into files.
using System.Net;
using AngleSharp.Html.Parser;
using Patchy;
using Samples;

Patch.All();

using var server = new WebServer(Answer);
DirectoryInfo folder = args.Length > 0 ? Directory.CreateDirectory(args[0]) : Directory.CreateTempSubdirectory("images-");
using var client = new HttpClient { BaseAddress = server.Address };

using var page = new HtmlParser().ParseDocument(client.GetStringAsync("gallery.html").Result);
string[] images = [.. page.QuerySelectorAll("img[src]").Select(image => image.GetAttribute("src")!)];
Greenlet[] downloads = [.. images.Select(image => Greenlet.Spawn(() => Download(image)))];
Greenlet.JoinAll(downloads, raiseError: true); // the first error, if there is one, ends the program

foreach (FileInfo file in folder.GetFiles().OrderBy(file => file.Name, StringComparer.Ordinal)) Console.WriteLine($"{file.Name}: {file.Length} bytes");
if (args.Length == 0) folder.Delete(recursive: true);

void Download(string image)
{
    byte[] bytes = client.GetByteArrayAsync(image).Result;
    File.WriteAllBytes(Path.Combine(folder.FullName, Path.GetFileName(image)), bytes);
}

// A page with eight pictures, each a slow download.
static void Answer(HttpListenerContext context)
{
    string path = context.Request.Url!.AbsolutePath;
    if (path == "/gallery.html")
    {
        WebServer.Send(context, "text/html", "<h1>Gallery</h1>" + string.Concat(Enumerable.Range(1, 8).Select(i => $"<p><img src=/pictures/{i}.bmp alt='No. {i}'>")));
        return;
    }
    Thread.Sleep(200);
    int number = int.Parse(Path.GetFileNameWithoutExtension(path));
    WebServer.Send(context, "image/bmp", new byte[number * 1000]);
}
