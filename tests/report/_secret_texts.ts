/**
 * Secrets as an agent's errors and tasks show them: what must be masked stands between ‹ and ›.
 *
 * @module
 */

const raw = String.raw;

// Put together here, so that no scanner of repositories takes one for a real token.
const LETTERS = "Zx81kQ0vLm37TnYb9sWd";
const HEX = "9f86d081884c7d659a2feaa0c55ad015";
const JWT = `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJib2IifQ.${LETTERS}`;
const PEM =
  `-----BEGIN RSA PRIVATE KEY----- MIIE${LETTERS} ${LETTERS} -----END RSA PRIVATE KEY-----`;
const AWS_ID = "AKIAQ7ZX81KVLM37TNYB";

/** [where it stands, the text] */
export const SECRET_TEXTS: readonly (readonly [where: string, text: string])[] = [
  // Shells and the environment.
  ["an assignment", "API_KEY=‹hunter2› ./run.sh"],
  ["an export", "export GITHUB_X_TOKEN=‹hunter2›"],
  ["an export with quotes", "export DB_PASSWORD=‹'correct horse battery'› && make"],
  ["an assignment before a command", "PGPASSWORD=‹hunter2› psql -h db -U bob"],
  ["a value with commas", "STORE_SECRET=‹ab,cd;ef&gh=ij›"],
  ["a value with a quote in it", raw`DB_PASS=‹hun"ter'two› PORT=5432`],
  ["an assignment in quotes", `docker run -e "DB_PASSWORD=‹my secret pass›" postgres`],
  ["an assignment in a JSON list", `{"Env":["PATH=/usr/bin","API_KEY=‹hunter2›","HOME=/root"]}`],
  ["an assignment in a list of Go", "Env:[SMTP_PASS=‹hunter2› PATH=/usr/bin]"],
  ["several lines of an environment", "A=1 SECRET_KEY_BASE=‹hunter2› B=2 API_KEY_2=‹hunter3› C=3"],
  ["a name with an environment behind it", "STRIPE_KEY_LIVE=‹hunter2› AUTH_TOKEN_PROD=‹hunter3›"],
  ["an empty value before it", "API_KEY= ‹DB_PASSWORD=hunter2›"],
  ["PowerShell", `$env:API_KEY = ‹"hunter2"›`],
  ["coloured output", ` [31msk-‹never›`.replace("sk-‹never›", `‹sk-${LETTERS}›`)],

  // Command lines.
  ["a flag and its value", "deploy --password ‹hunter2› --verbose"],
  ["a flag with =", "deploy --password=‹hunter2› --verbose"],
  ["a flag with quotes", `deploy --api-key=‹"hunter 2"› --verbose`],
  ["a flag of Java", "keytool -storepass ‹hunter2› -list"],
  ["a list of arguments", "Command '['deploy', '--token', ‹'hunter2'›, '-v']' returned 1"],
  ["curl's header", "curl -H 'Authorization: ‹Bearer hunter2›' https://example.com"],
  ["curl's header of another scheme", `curl -H "Authorization: ‹GenieKey hunter-2 x›" -v`],
  ["curl's other header", `curl -H "X-Api-Key: ‹hunter2›" https://example.com`],
  ["curl's user", "curl -u bob:‹hunter2› https://example.com"],
  ["curl's user in quotes", "curl --user 'bob:‹correct horse›' https://example.com"],
  ["mysql", "mysqldump --single-transaction -u root -p‹hunter2› shop"],
  ["sshpass", "sshpass -p ‹'hunter 2'› ssh bob@example.com"],
  ["docker login", "docker login -u bob -p ‹hunter2› registry.example.com"],
  ["redis-cli", "redis-cli -h cache -a ‹hunter2› ping"],
  ["kubeadm", "kubeadm join 10.0.0.1:6443 --token ‹abcdef.0123456789abcdef›"],

  // JSON, YAML and other formats.
  ["JSON", `{"password": ‹"hunter2"›, "user": "bob"}`],
  ["JSON with a quote in it", raw`{"password": ‹"hun\"ter2"›, "user": "bob"}`],
  ["JSON in JSON", raw`{"body":"{\"api_key\":‹\"hunter2\"›,\"n\":1}"}`],
  ["JSON in JSON with a quote in it", raw`{"body":"{\"api_key\":‹\"hun\\\"ter2\"›,\"n\":1}"}`],
  ["JSON without spaces", `{"a":{"clientSecret":‹"hunter2"›},"b":2}`],
  ["JSON with a list", `{"passwords": ‹["hunter2", "hunter3"]›, "n": 2}`],
  ["JSON that is cut off", `{"user": "bob", "accessToken": ‹"correct horse›`],
  ["JSON with a name and a value", `{"name": "API_KEY", "value": ‹"hunter2"›}`],
  ["docker's config.json", `{"auths": {"ghcr.io": {"auth": ‹"Ym9iOmh1bnRlcjI="›}}}`],
  ["aws sts", `{"SecretAccessKey": ‹"${LETTERS}/x"›, "SessionToken": ‹"Fwo+${LETTERS}"›}`],
  ["YAML", "db: user: bob db_password: ‹hunter2› port: 5432"],
  ["YAML with a mere name", "user: bob password: ‹hunter2›"],
  ["YAML with a name and a value", "- name: API_KEY value: ‹hunter2› - name: PORT"],
  ["kubeconfig", `client-key-data: ‹${LETTERS}=› user: bob`],
  ["TOML and HCL", `auth_token = ‹"hunter2"› region = "eu"`],
  [".npmrc", "//registry.example.com/:_authToken=‹hunter2› always-auth=true"],
  ["XML", `<server><id>x</id><password>‹hunter2›</password></server>`],
  [".NET's settings", `<add key="DbPassword" value=‹"hunter2"› />`],
  ["print_r of PHP", "Array ( [user] => bob [password] => ‹hunter2› )"],
  ["a hash of Ruby", `{:user=>"bob", :password=>‹"hunter2"›}`],
  ["a struct of Go", "{User:bob Password:‹hunter2› Token:‹hunter3› Port:1}"],
  ["a struct of Rust", `Config { user: "bob", api_key: ‹Some("hun ter2")› }`],

  // Code and tracebacks.
  ["an object that holds it", `auth={"user": "bob", "password": ‹"hunter2"›}`],
  ["a dict of Python", "{'user': 'bob', 'api_key': ‹'hunter2'›}"],
  ["bytes of Python", "{b'password': ‹b'hunter2'›}"],
  ["a repr of Python", "Config(user='bob', password=‹'it is \"x\"'›, port=1)"],
  ["a traceback's call", `File "a.py", line 3 client = Client(api_key=‹"hunter2"›, retries=3)`],
  ["a traceback's pair", `requests.get(url, auth=‹("bob", "hunter2")›)`],
  ["a traceback's class", `auth = ‹HTTPBasicAuth("bob", "hunter2")›`],
  ["a subscript", `os.environ["API_KEY"] = ‹"hunter 2"›`],
  ["a typed declaration", `const apiKey: string = ‹"hunter2"›;`],
  ["a template of JavaScript", "fetch(url, { headers: { Authorization: ‹`Bearer hunter2`› } })"],
  ["a comparison of pytest", "assert token == ‹'hunter2'›"],
  ["three quotes", `PASSWORD = ‹"""it's "it" """›`],
  ["a key that looks random", "load(key=‹hunter2›) failed"],

  // HTTP.
  ["a dump of headers", "> Authorization: ‹Bearer hunter2› > Accept: */*"],
  ["a header of one word", "authorization: ‹hunter2› accept: */*"],
  ["headers of Node", "{ authorization: ‹'Bearer hunter2'›, accept: '*/*' }"],
  ["headers of Go", "map[Accept:[*/*] Authorization:‹[Bearer hunter2]›]"],
  ["headers of Python", `{"Authorization": ‹"Basic Ym9iOmh1bnRlcjI="›, "Accept": "*/*"}`],
  ["a header of Digest", `Authorization: ‹Digest username="bob", response="${HEX}"›`],
  ["a header of AWS", `Authorization: ‹AWS4-HMAC-SHA256 Credential=${AWS_ID}/x, Signature=${HEX}›`],
  ["a variable of CGI", "HTTP_AUTHORIZATION=‹Bearer hunter2›"],
  ["a bearer token alone", "rejected bearer ‹hunter2› of bob"],
  ["basic credentials alone", "sent Basic ‹Ym9iOmh1bnRlcjI=› to it"],
  ["cookies", "Cookie: ‹sid=hunter2; theme=dark› Accept: */*"],
  ["a cookie that is set", "Set-Cookie: ‹sid=hunter2; Path=/; HttpOnly›"],
  ["other headers", "x-api-key: ‹hunter2› PRIVATE-TOKEN: ‹hunter3› host: example.com"],
  ["a query", "GET /v1/maps?q=duck&key=‹hunter2›&n=1 gave 403"],
  ["a query with a token", "https://example.com/?access_token=‹hunter2›&n=1"],
  ["a signed URL", `https://s3.test/x?X-Amz-Signature=‹${HEX}›&X-Amz-Expires=9`],
  ["a shared access signature", "https://x.blob.test/y?sv=2024&sig=‹a%2Bb%3D›&se=1"],
  ["a query in a query", "/login?next=https%3A%2F%2Fx.test%3Ftoken%3D‹hunter2›"],
  ["JSON that escapes =", raw`{"url":"/?token\u003d‹hunter2›"}`],

  // URLs and connections.
  ["a URL", "cannot reach https://‹bob:hunter2›@example.com:8443/x?y=1"],
  ["a URL with a mere token", "git push https://‹hunter2hunter2›@github.com/x/y.git"],
  ["a git remote", "origin https://‹x-access-token:hunter2›@github.com/x/y (fetch)"],
  ["a URL of a database", "postgres://‹bob:hun/ter@2›@db.example.com:5432/shop"],
  ["a URL without a user", "redis://‹:hunter2›@cache:6379/0"],
  ["a URL in JSON", raw`{"url":"amqp:\/\/‹bob:hunter2›@mq:5672"}`],
  ["a connection without a scheme", "http proxy bob:‹hunter2›@proxy.test:3128 refused"],
  ["a connection of Go", "root:‹hunter2›@tcp(127.0.0.1:3306)/shop"],
  ["a connection string", "Server=db;User Id=bob;Password=‹hun=ter2›;Encrypt=true"],
  ["a connection string of Azure", `AccountName=x;AccountKey=‹${LETTERS}==›;Suffix=y`],
  ["a DSN", "host=db user=bob password=‹hunter2› sslmode=disable"],
  ["a DSN with quotes", "host=db password=‹'hunter 2'› sslmode=disable"],

  // Sentences.
  ["the end of a sentence", "Cannot sign in with password=‹hunter2›."],
  ["a sentence", "Invalid API key: ‹hunter2hunter2›"],
  ["a sentence about a token", "The token is ‹hunter2hunter2› as it seems"],
  ["a sentence with quotes", "The API key ‹'hunter2-x'› is not valid"],
  ["a sentence about a password", "Setting the password to ‹hunter2› for bob"],
  ["quotes that nobody closes", `api_key="‹correct horse battery›`.replace(`"‹`, `‹"`)],

  // What issuers give out.
  ["a key of OpenAI", `Incorrect API key provided: ‹sk-proj-${LETTERS}›. See the docs`],
  ["a key of OpenAI with stars", "Incorrect API key provided: ‹sk-Zx81********TnYb›."],
  ["a key of Anthropic", `x-used ‹sk-ant-api03-${LETTERS}›`],
  ["a key after an escape", raw`{"log":"using\n‹sk-${LETTERS}›\n"}`.replace(raw`›\n`, raw`›\n`)],
  ["a key of Stripe", `No such customer (‹sk_live_${LETTERS}›)`],
  ["a token of GitHub", `token ‹ghp_${LETTERS}› was revoked`],
  ["a fine-grained token of GitHub", `‹github_pat_11${LETTERS}_${LETTERS}›`],
  ["a token of GitLab", `remote: ‹glpat-${LETTERS}› has expired`],
  ["a token of Slack", `invalid_auth for ‹xoxb-2480-${LETTERS}›`],
  ["a webhook of Slack", `POST https://hooks.slack.com/services/‹T024/B024/${LETTERS}› gave 404`],
  ["a key id of AWS", `The key ‹${AWS_ID}› does not exist`],
  ["a key of Google", `API key not valid: ‹AIza${LETTERS}${LETTERS}›`],
  ["a token of npm", `npm ERR! ‹npm_${LETTERS}› is revoked`],
  ["a token of PyPI", `twine: ‹pypi-AgEIcHlwaS5vcmc${LETTERS}›`],
  ["a token of Hugging Face", `huggingface: ‹hf_${LETTERS}› is invalid`],
  ["a key of SendGrid", `‹SG.${LETTERS}.${LETTERS}› is invalid`],
  ["a token of Telegram", `https://api.telegram.org/‹bot123456789:AA${LETTERS}abc›/getMe`],
  ["a webhook of Discord", `https://discord.com/api/webhooks/1234/‹${LETTERS}› gave 404`],
  ["a secret of Azure", `AADSTS7000215: ‹abc8Q~${LETTERS}xyz› is wrong`],
  ["a key of Twilio", `twilio: ‹SK${HEX}› is unknown`],
  ["a key of Mailgun", `mailgun: ‹key-${HEX}› is unknown`],
  ["a token of DigitalOcean", `doctl: ‹dop_v1_${HEX}${HEX}› has expired`],
  ["a token of Databricks", `databricks: ‹dapi${HEX}› has expired`],
  ["a token of Doppler", `doppler: ‹dp.st.dev.${LETTERS}› has expired`],
  ["a key of Tailscale", `tailscale: ‹tskey-auth-${LETTERS}› has expired`],
  ["a key of age", `age: cannot use ‹AGE-SECRET-KEY-1${HEX.toUpperCase()}›`],
  ["a token of Vault", `‹hvs.CAES${LETTERS}› has no lease`],
  ["a token of Docker Hub", `denied: ‹dckr_pat_${LETTERS}›`],
  ["a JSON Web Token", `jwt malformed: ‹${JWT}›, retry`],
  ["a private key", `cannot load ‹${PEM}› as a key`],
  ["a private key in JSON", raw`{"private_key": "‹${PEM}›\n"}`],
  ["a private key that is cut off", `cannot load ‹${PEM.slice(0, 60)}›`],
];
