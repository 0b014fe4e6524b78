"""GitHub's REST API, as far as the workflows need it."""

from dataclasses import dataclass
from typing import Any, Self

import httpx

from plumbline.kernel.errors import PlumblineError
from plumbline.kernel.github import job

_TIMEOUT = 30  # seconds
_PAGE = 100  # the API's maximum


@dataclass(frozen=True)
class Repository:
    """A repository on GitHub, or on a server of GitHub Enterprise.

    Attributes:
        name: OWNER/REPOSITORY.
        token: Of the job.
        api: Address of the API.
    """

    name: str
    token: str
    api: str = "https://api.github.com"

    @classmethod
    def of_environment(cls) -> Self:
        """Take `GITHUB_REPOSITORY`, `GITHUB_TOKEN` and `GITHUB_API_URL`, which each job of a workflow can have.

        Raises:
            PlumblineError: The repository or the token is not set.
        """
        given = job()
        needed = {"GITHUB_REPOSITORY": given.repository, "GITHUB_TOKEN": given.token}
        missing = [name for name, value in needed.items() if not value]
        if missing:
            raise PlumblineError(f"{' and '.join(missing)} must be set, as a step of a workflow sets them in its env")
        return cls(given.repository, given.token, given.api_url or cls.api)

    def headers(self) -> dict[str, str]:
        """Give what each request carries."""
        return {"authorization": f"Bearer {self.token}", "accept": "application/vnd.github+json"}

    def request(self, method: str, path: str, body: object = None, **query: Any) -> Any:
        """Send a request below `/repos/OWNER/REPOSITORY`.

        Returns:
            The answer, None if it is empty.

        Raises:
            PlumblineError: GitHub cannot be reached or refuses; the message says what it answered.
        """
        url = f"{self.api}/repos/{self.name}/{path}".rstrip("/")
        try:
            answer = httpx.request(method, url, json=body, params=query, headers=self.headers(), timeout=_TIMEOUT)
        except httpx.HTTPError as error:
            raise PlumblineError(f"{method} {url}: {error}") from None
        if answer.status_code == httpx.codes.FORBIDDEN:
            raise PlumblineError(
                f"{method} {url} is refused: {answer.text[:500]}\nGrant it in the job's `permissions`;"
                " a pull request of a fork can only read"
            )
        if answer.is_error:
            raise PlumblineError(f"{method} {url} answers {answer.status_code}: {answer.text[:500]}")
        return answer.json() if answer.content else None

    def download(self, path: str) -> bytes:
        """Give the file at `path`, which may lie elsewhere; the token stays here.

        Raises:
            PlumblineError: It cannot be had.
        """
        url = f"{self.api}/repos/{self.name}/{path}"
        try:
            answer = httpx.get(url, headers=self.headers(), timeout=_TIMEOUT, follow_redirects=True)
            return answer.raise_for_status().content
        except httpx.HTTPError as error:
            raise PlumblineError(f"GET {url}: {error}") from None

    def all(self, path: str, inside: str = "", **query: Any) -> list[Any]:
        """Give the whole list at `path`, page by page; `inside` names it where the answer is no list but holds one."""
        found: list[Any] = []
        while len(found) % _PAGE == 0:
            page = self.request("GET", path, per_page=_PAGE, page=len(found) // _PAGE + 1, **query)
            page = page[inside] if inside else page
            if not page:
                break
            found += page
        return found
